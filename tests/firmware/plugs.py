"""Stock firmware as it talks: its topics, payloads, timers, and how it is set up.

Written after its own documentation, and for Tasmota's timer and console after its source. Each has
a relay, a clock, a button, and settings that outlast a power cut. `hear` is given a message below
its own root and `wait` lets seconds pass; both give what it says in turn, as (topic, payload).
"""

import json
import re
from collections import deque
from dataclasses import dataclass


@dataclass
class Account:
    """Where and as whom it connects; what setting it up leaves behind."""

    host: str = ""
    port: int = 1883
    user: str = ""
    password: str = ""
    client: str = ""
    tls: bool = False


class Plug:
    """What all have in common: a relay that a timer opens."""

    WILL = ("", b"")  # retained, with QoS 1
    RETAINED = frozenset()  # topics it says retained
    READS = ()  # what it asks the broker for, below its root

    def __init__(self, name="saw-1"):
        self.name = name
        self.account = Account()
        self.now = 0.0
        self.on = False
        self.off_at = None
        self.amperes = 0.0
        self.switched_on = 0
        self.is_mute = False  # it hears, obeys nothing and says nothing

    @property
    def root(self):
        return f"bk/1/{self.name}/"

    def full(self, topic):
        return self.root + topic

    def asks_besides(self):
        """Topics beyond its own root that it wants to hear, too."""
        return []

    def wait(self, seconds):
        """One second after the other, with what is said in each."""
        said = []
        for _ in range(int(seconds)):
            self.now += 1
            if self.off_at is not None and self.now >= self.off_at:
                said += self.switch(False)
            said += self.every_second()
        return said

    def switch(self, on, seconds=None):
        self.switched_on += on and not self.on
        self.on = on
        self.off_at = self.now + seconds if on and seconds else None
        return self.tell_switch()

    def press(self):
        """Its own button."""
        return self.switch(not self.on)

    def lose_power(self):
        """Off, as every one of them is set up to come back."""
        self.on, self.off_at = False, None
        return self.come_online()

    def draw(self, amperes):
        self.amperes = amperes
        return self.tell_current()

    def every_second(self):
        return []


class Tasmota(Plug):
    """13.x on a plug that measures, with an RC522 at its pins."""

    WILL = ("tele/LWT", b"Offline")
    RETAINED = frozenset({"tele/LWT"})
    READS = ("cmnd/#",)
    FACTORY = {
        "mqtthost": "", "mqttport": "1883", "mqttclient": "DVES_%06X", "mqttuser": "DVES_USER",
        "mqttpassword": "DVES_PASS", "topic": "tasmota_%06X", "fulltopic": "%prefix%/%topic%/",
        "grouptopic1": "tasmotas", "setoption0": "1", "setoption1": "0", "setoption65": "0",
        "setoption73": "0", "poweronstate": "3", "powerretain": "0", "switchretain": "0",
        "buttonretain": "0", "pulsetime1": "0", "teleperiod": "300", "powerdelta": "0",
    }  # fmt: skip

    def __init__(self, name="saw-1"):
        super().__init__(name)
        self.settings = dict(self.FACTORY)
        self.backlog = deque()
        self.delayed_until = 0.0
        self.measures = True  # a plain switch does not
        self.asked_stops_timer = False  # as in older versions, by POWER with nothing behind it

    @property
    def pulse_time(self):
        return int(self.settings["pulsetime1"])

    @property
    def lasts(self):
        """Seconds an ON lasts; None: for good."""
        value = self.pulse_time
        return value - 100 if value > 111 else value / 10 or None

    def full(self, topic):
        prefix, _, rest = topic.partition("/")
        full = self.settings["fulltopic"].replace("%topic%", self.settings["topic"])
        return full.replace("%prefix%", prefix) + rest

    def asks_besides(self):
        """Of its group, and of its fallback."""
        asked = self.settings
        group = asked["fulltopic"].replace("%prefix%", "cmnd").replace("%topic%", "{}")
        return [group.format(asked["grouptopic1"]) + "#", f"cmnd/{asked['mqttclient']}_fb/#"]

    # --- its console --------------------------------------------------------------------------

    def type(self, line):
        """As into its console; what it answers there."""
        command, _, value = line.strip().partition(" ")
        return self.command(command.lower(), value.strip())

    def command(self, command, value):
        if command in ("backlog", "backlog0"):
            self.backlog += [each.strip() for each in value.split(";") if each.strip()]
            return self.work_off()
        if command == "delay":
            self.delayed_until = self.now + int(value) / 10
            return []
        if command == "restart" and value == "1":
            return self.restart()
        if command in ("power", "power1"):
            return self.power(value)
        if command == "status":
            return self.tell_status(value)
        if command not in self.settings:
            return [("stat/RESULT", as_json({"Command": "Unknown"}))]
        if value:
            self.settings[command] = value
        return self.tell_setting(command, is_news=bool(value))

    def work_off(self):
        said = []
        while self.backlog and self.now >= self.delayed_until:
            command, _, value = self.backlog.popleft().partition(" ")
            said += self.command(command.lower(), value.strip())
        return said

    def tell_setting(self, command, is_news):
        if command != "pulsetime1":
            return [("stat/RESULT", as_json({command: self.settings[command]}))]
        if is_news:  # it starts the countdown, whatever the relay does
            self.off_at = self.now + self.lasts if self.lasts else None
        left = max(0, self.off_at - self.now) if self.off_at is not None else 0
        left = int(left) + 100 if left > 11.1 else int(left * 10)
        pulse = {"Set": self.pulse_time, "Remaining": left}
        return [("stat/RESULT", as_json({"PulseTime1": pulse}))]

    def power(self, value):
        word = value.upper()
        if word in ("ON", "1", "OFF", "0"):
            on = word in ("ON", "1")
            return self.switch(on, self.lasts)
        if self.asked_stops_timer:
            self.off_at = None
        return self.tell_switch()

    def restart(self):
        """Warm: with SetOption0 the relay comes back as it was."""
        asked = self.settings
        self.name = asked["topic"]
        self.account = Account(
            host=asked["mqtthost"],
            port=int(asked["mqttport"]),
            user=asked["mqttuser"],
            password=asked["mqttpassword"],
            client=asked["mqttclient"],
        )
        if asked["setoption0"] == "0":
            self.on, self.off_at = False, None
        return []

    def lose_power(self):
        self.backlog.clear()
        comes_on = {"0": False, "1": True, "3": self.on}[self.settings["poweronstate"]]
        super().lose_power()
        if comes_on:
            self.switch(True, self.lasts)
        return self.come_online()

    def press(self):
        return [] if self.settings["setoption73"] == "1" else self.switch(not self.on, self.lasts)

    # --- MQTT ---------------------------------------------------------------------------------

    def come_online(self):
        """In its own order; that empty POWER it does say, and no broker of ours takes it."""
        info = {"Info1": {"Module": "Nous A1T", "Version": "13.4.0(tasmota)"}}
        return [
            ("tele/LWT", b"Online"),
            ("cmnd/POWER", b""),
            ("tele/INFO1", as_json(info)),
            ("tele/INFO3", as_json({"Info3": {"RestartReason": "Power On"}})),
            *self.tell_switch(),
        ]

    def go_offline(self):
        return [self.WILL]

    def hear(self, topic, payload):
        if self.is_mute:
            return []
        _, _, command = topic.partition("/")
        return self.command(command.lower(), payload.decode().strip())

    def tell_switch(self):
        word = "ON" if self.on else "OFF"
        return [("stat/RESULT", as_json({"POWER": word})), ("stat/POWER", word.encode())]

    def tell_status(self, number):
        version = {"Version": "13.4.0(tasmota)", "Hardware": "ESP8285N08"}
        told = {
            "2": {"StatusFWR": version},
            "8": {"StatusSNS": self.sensors()},
            "11": {"StatusSTS": self.state()},
        }
        return [(f"stat/STATUS{number}", as_json(told[number]))]

    def state(self):
        return {"Time": "…", "UptimeSec": int(self.now), "POWER": "ON" if self.on else "OFF"}

    def sensors(self):
        watts = round(230 * self.amperes)
        energy = {"Total": 3.185, "Power": watts, "Voltage": 230, "Current": self.amperes}
        measured = {"ENERGY": energy} if self.measures else {}
        return {"Time": "2026-11-24T12:30:00", **measured}

    def tell_current(self):
        """PowerDelta."""
        return [("tele/SENSOR", as_json(self.sensors()))]

    def every_second(self):
        said = self.work_off()
        if int(self.now) % int(self.settings["teleperiod"]) == 0 and not self.is_mute:
            said += [("tele/STATE", as_json(self.state())), *self.tell_current()]
        return said

    def tap(self, badge):
        found = {"Time": "…", "RC522": {"UID": badge, "Data": "", "Type": "MIFARE 1KB"}}
        return [("tele/SENSOR", as_json(found))]


class Shelly(Plug):
    """A Plus 1PM. `repeat` is what Switch.Set does to the timer of what is on already."""

    WILL = ("online", b"false")
    RETAINED = frozenset({"online", "status/switch:0"})
    READS = ("rpc",)

    def __init__(self, name="saw-1"):
        super().__init__(name)
        self.repeat = "starts it anew"
        self.config = {"initial_state": "match_input", "auto_off": False, "auto_off_delay": 60.0}
        self.mqtt = {"enable": False}
        self.cloud = {"enable": True}

    @property
    def auto_off(self):
        return self.config["auto_off_delay"] if self.config["auto_off"] else None

    def full(self, topic):
        return f"{self.mqtt.get('topic_prefix', self.name)}/{topic}"

    def come_online(self):
        """Both kinds of notification, each with everything."""
        full = {"switch:0": self.status(), "sys": {"uptime": int(self.now)}}
        told = {"src": "shellyplus1pm-x", "dst": f"{self.root}events", "method": "NotifyFullStatus"}
        return [
            ("online", b"true"),
            ("events/rpc", as_json(told | {"params": {"ts": 1.0} | full})),
            ("status/switch:0", as_json(self.status())),
        ]

    def go_offline(self):
        return [self.WILL]

    # --- RPC ----------------------------------------------------------------------------------

    def hear(self, topic, payload):
        if self.is_mute or not payload:  # nothing is no frame
            return []
        frame = json.loads(payload)
        assert topic == "rpc"
        assert frame["src"] == f"{self.root}reply"
        result, told = self.call(frame["method"], frame.get("params", {}))
        answer = {"id": frame["id"], "src": "shellyplus1pm-x", "dst": frame["src"]}
        return [("reply/rpc", as_json(answer | {"result": result})), *told]

    def call(self, method, params):
        """(result, what it tells besides), over MQTT and over HTTP alike."""
        config = params.get("config", {})
        match method:
            case "Switch.SetConfig":
                self.config |= config
            case "Mqtt.SetConfig":
                self.mqtt |= config
            case "Cloud.SetConfig":
                self.cloud |= config
            case "Switch.Set":
                return {"was_on": self.on}, self.set(params["on"], params.get("toggle_after"))
            case "Switch.GetStatus":
                return self.status(), []
            case "Shelly.GetDeviceInfo":
                return {"id": "x", "model": "SNSW-001P16EU", "ver": "1.4.4"}, []
            case "Shelly.Reboot":
                self.reboot()
                return None, []
            case _:
                raise AssertionError(method)
        return {"restart_required": method == "Mqtt.SetConfig"}, []

    def set(self, on, seconds):
        if on and self.on and self.repeat != "starts it anew":
            self.off_at = self.off_at if self.repeat == "leaves it" else None
            return []
        return self.switch(on, seconds)

    def switch(self, on, seconds=None):
        return super().switch(on, seconds or self.auto_off)

    def reboot(self):
        asked = self.mqtt
        self.name = asked["topic_prefix"].removeprefix("bk/1/")
        host, _, port = asked["server"].partition(":")
        self.account = Account(
            host=host, port=int(port), user=asked["user"], client=asked["client_id"],
            password=asked.get("pass", ""), tls="ssl_ca" in asked,
        )  # fmt: skip
        self.on, self.off_at = False, None

    def status(self):
        timer = {"timer_started_at": 1.0, "timer_duration": 30.0}
        return {
            "id": 0,
            "source": "MQTT",
            "output": self.on,
            **(timer if self.off_at is not None else {}),
            "apower": 230 * self.amperes,
            "voltage": 230.1,
            "current": self.amperes,
            "temperature": {"tC": 41.2},
        }

    def notify(self, **delta):
        told = {
            "src": "shellyplus1pm-x",
            "dst": f"{self.root}events",
            "method": "NotifyStatus",
            "params": {"ts": 1631186545.04, "switch:0": {"id": 0, **delta}},
        }
        return [("events/rpc", as_json(told))]

    def tell_switch(self):
        return [*self.notify(output=self.on), ("status/switch:0", as_json(self.status()))]

    def tell_current(self):
        """A notification tells only what has changed."""
        return self.notify(current=self.amperes)

    def every_second(self):
        """It tells what has changed; its energy meter counts each minute."""
        if self.is_mute or int(self.now) % 60:
            return []
        return self.notify(aenergy={"total": 1.0})


class EspHome(Plug):
    """With the YAML that Benchkey writes."""

    WILL = ("status", b"offline")
    RETAINED = frozenset({"status", "sensor/current/state"})
    READS = ("lease", "keep", "ask")

    def flash(self, yaml):
        """Read as ESPHome reads it, as far as this device is concerned."""
        said = dict(re.findall(r"^  (\w+): \"?([^\"\n]*?)\"?(?: #.*)?$", yaml, re.MULTILINE))
        self.name = said["topic_prefix"].removeprefix("bk/1/")
        listens = re.findall(r"^    - topic: (\S+)$", yaml, re.MULTILINE)
        assert listens == [self.full(topic) for topic in self.READS]
        self.account = Account(
            host=said["broker"], port=int(said["port"]), user=said["username"],
            password=said.get("password", ""), client=said["client_id"],
        )  # fmt: skip
        self.on, self.off_at = False, None

    def come_online(self):
        return [("status", b"online"), *self.hello(), *self.tell_current()]

    def go_offline(self):
        return [self.WILL]

    def hear(self, topic, payload):
        if self.is_mute:
            return []
        if topic == "ask":
            return self.hello()
        seconds = int(payload or b"0")  # as atoi
        if topic == "keep":
            return self.switch(True, seconds) if self.on and 1 <= seconds <= 60 else []
        assert topic == "lease"
        return self.switch(True, seconds) if 1 <= seconds <= 60 else self.switch(False)

    def press(self):
        """A button somebody added: on_turn_on gives it a lease, too."""
        return self.switch(not self.on, 30)

    def hello(self):
        return [("firmware", b"esphome-stock 2"), *self.tell_switch()]

    def tell_switch(self):
        return [("switch/relay/state", b"ON" if self.on else b"OFF")]

    def tell_current(self):
        return [("sensor/current/state", b"%.2f" % self.amperes)]

    def every_second(self):
        if self.is_mute or int(self.now) % 10:
            return []
        return [*self.hello(), *self.tell_current()]

    def tap(self, badge):
        dashes = "-".join(badge[i : i + 2] for i in range(0, len(badge), 2))
        return [("tag", dashes.encode())]


FIRMWARES = {"tasmota": Tasmota, "shelly": Shelly, "esphome": EspHome}


def as_json(found):
    return json.dumps(found).encode()
