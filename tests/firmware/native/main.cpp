// firmware/benchkey.h on a table: one event per line in, its effects out. Knows no network.
//
// A line begins with the milliseconds since boot and the name of the event; bytes are hex digits,
// `-` is none. Effects are lines, too, in their order; then comes `.` and what the device holds.
#include <cstdio>
#include <iostream>
#include <sstream>
#include <string>
#include <vector>

#include "../../../firmware/benchkey.h"

using benchkey::Device;
using benchkey::Display;
using std::string;
using std::string_view;

// A counter of 32 bits begins anew every 49.7 days; the clock made of it does not.
constexpr benchkey::Ms days_later(int days) {
  benchkey::Clock clock;
  benchkey::Ms read = 0;
  for (int64_t day = 1; day <= days; ++day)
    read = clock.read(static_cast<uint32_t>(day * 86'400'000));
  return read;
}
static_assert(days_later(49) == 49 * int64_t{86'400'000});
static_assert(days_later(200) == 200 * int64_t{86'400'000});

static int64_t now = 0;
static string chance;  // digits that random() hands out, eight at a time

static string hex(string_view bytes) {
  string digits;
  for (const char byte : bytes) {
    digits += benchkey::kHex[static_cast<unsigned char>(byte) >> 4];
    digits += benchkey::kHex[byte & 15];
  }
  return digits.empty() ? "-" : digits;
}

// Copied to a block of its own length, so that a sanitizer sees a step beyond its end.
static std::vector<char> bytes(const string& digits) {
  std::vector<char> found;
  for (size_t i = 0; i + 1 < digits.size(); i += 2)
    found.push_back(static_cast<char>(std::stoi(digits.substr(i, 2), nullptr, 16)));
  found.shrink_to_fit();
  return found;
}

static uint32_t draw() {
  const string digits = chance.substr(0, 8);
  chance.erase(0, 8);
  return static_cast<uint32_t>(std::stoul(digits, nullptr, 16));
}

static void publish(const char* topic, string_view payload, int qos, bool retain) {
  std::cout << "publish " << topic << ' ' << hex(payload) << ' ' << qos << ' ' << retain << '\n';
}

static void show(const Display& display) {
  std::cout << "show " << display.state << ' ' << hex(display.big) << ' '
            << hex(display.small.view()) << ' ' << display.lamp << ' ' << display.refused << ' '
            << display.warning << ' ' << display.left << '\n';
}

static benchkey::Hands hands() {
  benchkey::Hands hands;
  hands.clock = [] { return now; };
  hands.random = draw;
  hands.relay = [](bool on) { std::cout << "relay " << on << '\n'; };
  hands.publish = publish;
  hands.show = show;
  hands.beep = [](uint32_t times) { std::cout << "beep " << times << '\n'; };
  hands.ignored = [](const char* what, const char* why) {
    std::cout << "ignored " << what << ' ' << why << '\n';
  };
  return hands;
}

static void act(Device& device, const string& event, std::istringstream& line) {
  string first, second;
  line >> first >> second;
  if (event == "tick") device.tick();
  if (event == "connected") device.connected();
  if (event == "disconnected") device.disconnected();
  if (event == "current") device.current(static_cast<uint32_t>(std::stoul(first)));
  if (event == "aux") device.aux(first == "1");
  if (event == "tapped" || event == "pressed") chance = second;
  if (event == "tapped") device.tapped(first);
  if (event == "counted") chance = second;
  if (event == "counted") device.tapped_decimal(first);
  if (event == "typed") device.typed(first.front());
  if (event == "pressed") device.pressed(first);
  if (event == "received") {
    const std::vector<char> payload = bytes(second);
    device.received(first, {payload.data(), payload.size()});
  }
}

static void tell(const benchkey::Memory& memory) {
  const auto& session = memory.session;
  std::cout << ". " << word_of(memory.st) << ' ' << memory.relay << ' ' << memory.connected << ' '
            << (memory.fault ? memory.fault : "-") << ' '
            << (memory.tap ? memory.tap->nonce.view() : "-") << ' '
            << (session ? session->sid.view() : "-") << ' ' << (session ? session->exp : 0) << ' '
            << memory.n << std::endl;
}

// The first line is `NAME CAPS KEY HEARTBEAT WARN STRAY IDLE BOOT WHY`.
int main() {
  string name, caps, key, why;
  benchkey::Config config;
  std::cin >> name >> caps >> key >> config.heartbeat_s >> config.warn_s >> config.stray_ma >>
      config.idle_s >> chance >> why;
  config.name = name.c_str();
  config.caps = caps.c_str();
  config.key = key.c_str();
  config.model = "reference";
  Device device;
  device.begin(config, hands(), why.c_str());
  tell(device.memory());
  string text, event;
  while (std::getline(std::cin >> std::ws, text)) {
    std::istringstream line(text);
    line >> now >> event;
    act(device, event, line);
    tell(device.memory());
  }
}
