{% autoescape off %}SHELLY=192.0.2.10 # its address in your network
rpc() { curl -sS --fail -X POST "http://$SHELLY/rpc" -d "$1"; echo; }
rpc '{"id":1,"method":"Switch.SetConfig","params":{"id":0,"config":{"initial_state":"off","auto_off":true,"auto_off_delay":30}}}'
rpc '{"id":2,"method":"Switch.SetConfig","params":{"id":0,"config":{"in_mode":"detached"}}}' || true # a plug has no input, and says so
rpc '{"id":3,"method":"Mqtt.SetConfig","params":{"config":{"enable":true,"server":"{{ broker.host }}:{{ broker.port }}","client_id":"{{ device.name }}","user":"{{ device.name }}"{% if credential.password %},"pass":"{{ credential.password }}"{% endif %},"topic_prefix":"bk/1/{{ device.name }}","rpc_ntf":true,"status_ntf":true,"enable_rpc":true,"enable_control":false{% if broker.tls %},"ssl_ca":"user_ca.pem"{% endif %}}}}'
rpc '{"id":4,"method":"Cloud.SetConfig","params":{"config":{"enable":false}}}'
rpc '{"id":5,"method":"Shelly.Reboot"}'
{% endautoescape %}
