{% autoescape off %}# apt-get install mosquitto-clients
mosquitto_pub -h {{ broker.host }} -p {{ broker.port }}{% if broker.tls %} --cafile broker-ca.crt{% endif %}{% if credential.password %} -u {{ device.name }} -P {{ credential.password }}{% endif %} -i {{ device.name }} -q 1 \
  -t bk/1/{{ device.name }}/up/hello \
  -m '{"boot":"{{ boot }}","up":1,"fw":"by hand","model":"mosquitto_pub","why":"power","caps":[],"list":0,"jrn":0}'
{% endautoescape %}
