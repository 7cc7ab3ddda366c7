{% autoescape off %}{% if broker.tls %}# broker-ca.crt is the certificate of the broker's authority (docs/broker.md).
{% endif %}{% if credential.password %}export BENCHKEY_DEVICE_PASSWORD={{ credential.password }}
{% endif %}export BENCHKEY_DEVICE_KEY={{ credential.key_hex }}
python -m device {{ device.name }} --broker {{ broker.host }}:{{ broker.port }}{% if broker.tls %} --ca broker-ca.crt{% endif %} --caps {{ caps }} --store {{ device.name }}.json
{% endautoescape %}
