"""Stock firmware as it talks: its topics, payloads and timers, written after its own documentation.

Each has a relay, a clock and a button. `hear` is given a message below bk/1/NAME/ and `wait` lets
seconds pass; both give what it says in turn, as (topic, payload).
"""

import json


class Plug:
    """What all have in common: a relay that a timer opens."""

    def __init__(self, name="saw-1"):
        self.name = name
        self.now = 0.0
        self.on = False
        self.off_at = None
        self.amperes = 0.0
        self.switched_on = 0

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

    def __init__(self, name="saw-1"):
        super().__init__(name)
        self.pulse_time = 0  # as it leaves the factory: it stays on for good

    def come_online(self):
        return [("tele/LWT", b"Online")]

    def go_offline(self):
        return [("tele/LWT", b"Offline")]

    def hear(self, topic, payload):
        text = payload.decode()
        if topic == "cmnd/Backlog":
            for command in text.split(";"):
                self.backlog(*command.split())
            return []
        if topic == "cmnd/POWER1" and text in ("ON", "OFF"):
            seconds = self.pulse_time - 100 if self.pulse_time >= 112 else None
            return self.switch(text == "ON", seconds)
        if topic == "cmnd/POWER1":
            return self.tell_switch()
        if topic == "cmnd/STATUS" and text == "2":
            version = {"Version": "13.4.0(tasmota)", "Hardware": "ESP8285N08"}
            return [("stat/STATUS2", as_json({"StatusFWR": version}))]
        if topic == "cmnd/STATUS" and text == "8":
            return [("stat/STATUS8", as_json({"StatusSNS": self.sensors()}))]
        return [("stat/RESULT", as_json({"Command": "Unknown"}))]

    def backlog(self, command, value):
        if command == "PulseTime1":
            self.pulse_time = int(value)

    def tell_switch(self):
        word = "ON" if self.on else "OFF"
        return [("stat/RESULT", as_json({"POWER": word})), ("stat/POWER", word.encode())]

    def sensors(self):
        energy = {"Total": 3.185, "Power": 0, "Voltage": 230, "Current": self.amperes}
        return {"Time": "2026-11-24T12:30:00", "ENERGY": energy}

    def tell_current(self):
        return [("tele/SENSOR", as_json(self.sensors()))]

    def every_second(self):
        """TelePeriod 10."""
        if int(self.now) % 10:
            return []
        state = {"Time": "…", "UptimeSec": int(self.now), "POWER": "ON" if self.on else "OFF"}
        return [("tele/STATE", as_json(state)), *self.tell_current()]

    def tap(self, badge):
        found = {"Time": "…", "RC522": {"UID": badge, "Data": "", "Type": "MIFARE 1KB"}}
        return [("tele/SENSOR", as_json(found))]


class Shelly(Plug):
    """A Plus 1PM. `frames` is what was asked of it."""

    def __init__(self, name="saw-1"):
        super().__init__(name)
        self.auto_off = None
        self.frames = []

    def come_online(self):
        return [("online", b"true"), *self.tell_switch()]

    def go_offline(self):
        return [("online", b"false")]

    def hear(self, topic, payload):
        frame = json.loads(payload)
        self.frames.append(frame)
        params, src = frame["params"], frame["src"]
        assert topic == "rpc"
        assert src == f"bk/1/{self.name}/reply"
        match frame["method"]:
            case "Switch.SetConfig":
                self.auto_off = params["config"]["auto_off_delay"]
                return self.reply(frame, {"restart_required": False})
            case "Switch.Set":
                was = self.on
                seconds = params.get("toggle_after", self.auto_off)
                told = self.switch(params["on"], seconds)
                return [*self.reply(frame, {"was_on": was}), *told]
            case "Switch.GetStatus":
                return self.reply(frame, self.status())
            case "Shelly.GetDeviceInfo":
                return self.reply(frame, {"id": "x", "model": "SNSW-001P16EU", "ver": "1.4.4"})
        raise AssertionError(frame)

    def reply(self, frame, result):
        told = {"id": frame["id"], "src": "shellyplus1pm-x", "dst": frame["src"], "result": result}
        return [("reply/rpc", as_json(told))]

    def status(self):
        return {
            "id": 0,
            "source": "MQTT",
            "output": self.on,
            "apower": 230 * self.amperes,
            "voltage": 230.1,
            "current": self.amperes,
            "temperature": {"tC": 41.2},
        }

    def notify(self, **delta):
        told = {
            "src": "shellyplus1pm-x",
            "dst": f"bk/1/{self.name}/events",
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
        return self.notify(aenergy={"total": 1.0}) if int(self.now) % 60 == 0 else []


class EspHome(Plug):
    """With the YAML that Benchkey writes."""

    def come_online(self):
        return [("status", b"online"), *self.hello()]

    def go_offline(self):
        return [("status", b"offline")]

    def hear(self, topic, payload):
        if topic == "ask":
            return self.hello()
        assert topic == "lease"
        seconds = int(payload)
        return self.switch(True, seconds) if 1 <= seconds <= 60 else self.switch(False)

    def hello(self):
        return [("firmware", b"esphome-stock 1"), *self.tell_switch()]

    def tell_switch(self):
        return [("switch/relay/state", b"ON" if self.on else b"OFF")]

    def tell_current(self):
        return [("sensor/current/state", b"%.2f" % self.amperes)]

    def every_second(self):
        return [] if int(self.now) % 10 else [*self.hello(), *self.tell_current()]

    def tap(self, badge):
        dashes = "-".join(badge[i : i + 2] for i in range(0, len(badge), 2))
        return [("tag", dashes.encode())]


def as_json(found):
    return json.dumps(found).encode()
