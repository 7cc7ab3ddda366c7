// A device of protocol v1 (docs/protocol.md) for microcontrollers: events in, calls of hands out.
// Knows no broker, no pin and no board; needs C++17 and its standard library, and never the heap.
//
// The same machine as wire/device.py, rule by rule and by the same names; tests/firmware holds the
// two beside each other. It keeps D1 to D9, D11 and D12. Offline lists (D10) are left out: it must
// not be given `list-hmac` or `list-ed25519` among its caps.
//
//     benchkey::Device device;
//     device.begin(config, hands, "power");   // first of all: it opens the relay
//     device.tick();                          // ten times a second, whatever else happens
//     device.connected();                     // once the broker has accepted the subscription
//     device.received("answer", payload);     // what came in on bk/1/<name>/down/answer
//
// All calls come from one thread, and no hand may call the device back. What `publish` cannot send
// at once it must forget, never queue.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <new>
#include <optional>
#include <string_view>

namespace benchkey {

using std::size_t;
using std::string_view;

// Milliseconds on the clock of the device since its boot, 64 bits of them: 32 wrap after 49 days,
// and a clock that begins anew would make old leases new. On the wire stand whole seconds.
using Ms = int64_t;

inline constexpr Ms in_ms(int64_t seconds) { return seconds * 1000; }

// Makes 64 bits of a counter that wraps. Read it more often than the counter wraps: tick() does.
class Clock {
 public:
  constexpr Ms read(uint32_t counter) {
    up_ += static_cast<uint32_t>(counter - last_);
    last_ = counter;
    return up_;
  }

 private:
  Ms up_ = 0;
  uint32_t last_ = 0;
};

// --- words of bounded length ---------------------------------------------------------------------

template <size_t N>
class Chars {
 public:
  Chars() = default;
  explicit Chars(string_view text) { add(text); }

  // Whether there was room; without it nothing is added.
  bool add(string_view text) {
    if (text.size() > N - size_) return false;
    // memmove, since a text may be cut out of itself
    if (!text.empty()) std::memmove(at_.data() + size_, text.data(), text.size());
    size_ += text.size();
    return true;
  }
  bool add(char letter) { return add(string_view(&letter, 1)); }
  void clear() { size_ = 0; }
  bool empty() const { return size_ == 0; }
  string_view view() const { return {at_.data(), size_}; }
  const char* c_str() const {
    at_[size_] = '\0';
    return at_.data();
  }
  bool operator==(const Chars& other) const { return view() == other.view(); }
  bool operator!=(const Chars& other) const { return view() != other.view(); }

 private:
  mutable std::array<char, N + 1> at_{};
  size_t size_ = 0;
};

using Name = Chars<32>;
using Boot = Chars<16>;
using Nonce = Chars<24>;
using Badge = Chars<32>;
using Sid = Chars<40>;
using Word = Chars<40>;
using Pin = Chars<16>;
using Text = Chars<320>;  // 80 characters of at most 4 bytes

constexpr char kHex[] = "0123456789abcdef";

// Digits from the right, since the first one is known last.
inline string_view decimal(uint64_t number, std::array<char, 20>& room) {
  size_t at = room.size();
  do {
    room[--at] = static_cast<char>('0' + number % 10);
    number /= 10;
  } while (number != 0);
  return {room.data() + at, room.size() - at};
}

// --- signatures ----------------------------------------------------------------------------------

using Digest = std::array<uint8_t, 32>;

// SHA-256, FIPS 180-4.
class Sha256 {
 public:
  void update(string_view bytes) {
    for (const char byte : bytes) put(static_cast<uint8_t>(byte));
  }

  Digest finish() {
    const uint64_t bits = length_ * 8;
    put(0x80);
    while (length_ % 64 != 56) put(0);
    for (int shift = 56; shift >= 0; shift -= 8) put(static_cast<uint8_t>(bits >> shift));
    Digest digest{};
    for (size_t i = 0; i < digest.size(); ++i)
      digest[i] = static_cast<uint8_t>(state_[i / 4] >> (24 - i % 4 * 8));
    return digest;
  }

 private:
  void put(uint8_t byte) {
    block_[length_++ % 64] = byte;
    if (length_ % 64 == 0) compress();
  }

  static uint32_t turn(uint32_t x, int n) { return x >> n | x << (32 - n); }

  void expand(std::array<uint32_t, 64>& w) const {
    for (size_t i = 0; i < 16; ++i)
      w[i] = uint32_t{block_[4 * i]} << 24 | uint32_t{block_[4 * i + 1]} << 16 |
             uint32_t{block_[4 * i + 2]} << 8 | block_[4 * i + 3];
    for (size_t i = 16; i < 64; ++i) {
      const uint32_t a = w[i - 15], b = w[i - 2];
      w[i] = w[i - 16] + (turn(a, 7) ^ turn(a, 18) ^ a >> 3) + w[i - 7] +
             (turn(b, 17) ^ turn(b, 19) ^ b >> 10);
    }
  }

  void compress() {
    std::array<uint32_t, 64> w;
    expand(w);
    std::array<uint32_t, 8> s = state_;
    for (size_t i = 0; i < 64; ++i) {
      const uint32_t choice = (s[4] & s[5]) ^ (~s[4] & s[6]);
      const uint32_t majority = (s[0] & s[1]) ^ (s[0] & s[2]) ^ (s[1] & s[2]);
      const uint32_t one =
          s[7] + (turn(s[4], 6) ^ turn(s[4], 11) ^ turn(s[4], 25)) + choice + kRounds[i] + w[i];
      const uint32_t two = (turn(s[0], 2) ^ turn(s[0], 13) ^ turn(s[0], 22)) + majority;
      s = {one + two, s[0], s[1], s[2], s[3] + one, s[4], s[5], s[6]};
    }
    for (size_t i = 0; i < 8; ++i) state_[i] += s[i];
  }

  static constexpr std::array<uint32_t, 64> kRounds = {
      0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4,
      0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe,
      0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f,
      0x4a7484aa, 0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7,
      0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc,
      0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b,
      0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116,
      0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
      0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7,
      0xc67178f2};

  std::array<uint32_t, 8> state_ = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                    0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
  std::array<uint8_t, 64> block_{};
  uint64_t length_ = 0;
};

using Key = std::array<uint8_t, 32>;
using Signature = Chars<32>;

// What HMAC puts before the inner and the outer hash (RFC 2104).
inline Sha256 keyed(const Key& key, uint8_t pad) {
  Sha256 hash;
  for (size_t i = 0; i < 64; ++i) {
    const char byte = static_cast<char>((i < key.size() ? key[i] : 0) ^ pad);
    hash.update({&byte, 1});
  }
  return hash;
}

// HMAC-SHA256 over topic, line feed and body; its first 16 bytes in lower hex digits.
inline Signature signature(const Key& key, string_view topic, string_view body) {
  Sha256 inner = keyed(key, 0x36), outer = keyed(key, 0x5c);
  for (const string_view part : {topic, string_view("\n"), body}) inner.update(part);
  const Digest within = inner.finish();
  outer.update({reinterpret_cast<const char*>(within.data()), within.size()});
  const Digest mac = outer.finish();
  Signature digits;
  for (size_t i = 0; i < 16; ++i) {
    digits.add(kHex[mac[i] >> 4]);
    digits.add(kHex[mac[i] & 15]);
  }
  return digits;
}

// Takes as long for a signature that is wrong in its first digit as for one wrong in its last.
inline bool same_signature(string_view ours, string_view theirs) {
  if (ours.size() != theirs.size()) return false;
  unsigned difference = 0;
  for (size_t i = 0; i < ours.size(); ++i)
    difference |= static_cast<unsigned char>(ours[i]) ^ static_cast<unsigned char>(theirs[i]);
  return difference == 0;
}

// 64 lower hex digits.
inline std::optional<Key> key_of(string_view digits) {
  Key key{};
  if (digits.size() != 2 * key.size()) return std::nullopt;
  for (size_t i = 0; i < digits.size(); ++i) {
    const size_t value = string_view(kHex).find(digits[i]);
    if (value == string_view::npos) return std::nullopt;
    key[i / 2] = static_cast<uint8_t>(size_t{key[i / 2]} << 4 | value);
  }
  return key;
}

// --- reading: one JSON object, nothing copied that is not asked for ------------------------------

constexpr size_t kLongest = 1024;
constexpr int kDeepest = 16;  // no message nests deeper than two; each level takes stack

// UTF-8 as RFC 3629 has it: nothing longer than needed, no surrogates, nothing above U+10FFFF.
inline bool is_utf8(string_view bytes) {
  for (size_t i = 0; i < bytes.size();) {
    const auto first = static_cast<unsigned char>(bytes[i++]);
    if (first > 0xf4 || (first >= 0x80 && first < 0xc2)) return false;
    const int more = first < 0x80 ? 0 : first < 0xe0 ? 1 : first < 0xf0 ? 2 : 3;
    if (bytes.size() - i < static_cast<size_t>(more)) return false;
    for (int k = 0; k < more; ++k, ++i) {
      const auto next = static_cast<unsigned char>(bytes[i]);
      const unsigned char least = k ? 0x80 : first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80;
      const unsigned char most = k ? 0xbf : first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf;
      if (next < least || next > most) return false;
    }
  }
  return true;
}

inline bool is_digit(char letter) { return letter >= '0' && letter <= '9'; }

inline int hex_value(char letter) {
  if (is_digit(letter)) return letter - '0';
  if (letter >= 'a' && letter <= 'f') return letter - 'a' + 10;
  if (letter >= 'A' && letter <= 'F') return letter - 'A' + 10;
  return -1;
}

// Walks over JSON (RFC 8259) without building anything; each step says whether it was there.
class Walk {
 public:
  explicit Walk(string_view text) : text_(text) {}

  bool at_end() const { return at_ == text_.size(); }

  bool take(char letter) {
    space();
    return step(letter);
  }

  // Over one value; `found`, if given, is the stretch it takes up.
  bool value(int depth, string_view* found = nullptr) {
    space();
    const size_t begin = at_;
    if (at_end() || !any(text_[at_], depth)) return false;
    if (found != nullptr) *found = text_.substr(begin, at_ - begin);
    return true;
  }

  // Over `"name":` of a member; `name` is what stands between the quotes, escapes and all.
  bool member(string_view* name) {
    space();
    const size_t begin = at_;
    if (!string()) return false;
    *name = text_.substr(begin + 1, at_ - begin - 2);
    return take(':');
  }

  void space() {
    while (!at_end() && string_view(" \t\n\r").find(text_[at_]) != string_view::npos) ++at_;
  }

 private:
  bool any(char first, int depth) {
    if (first == '{') return depth > 0 && members(depth - 1);
    if (first == '[') return depth > 0 && items(depth - 1);
    if (first == '"') return string();
    if (first == '-' || is_digit(first)) return number();
    return word("true") || word("false") || word("null");
  }

  bool members(int depth) {
    take('{');
    if (take('}')) return true;
    string_view name;
    do {
      if (!member(&name) || !value(depth)) return false;
    } while (take(','));
    return take('}');
  }

  bool items(int depth) {
    take('[');
    if (take(']')) return true;
    do {
      if (!value(depth)) return false;
    } while (take(','));
    return take(']');
  }

  bool string() {
    if (!step('"')) return false;
    for (; !at_end(); ++at_) {
      const char letter = text_[at_];
      if (letter == '"') break;
      if (static_cast<unsigned char>(letter) < 0x20) return false;
      if (letter == '\\' && !escape()) return false;
    }
    return step('"');
  }

  bool escape() {
    if (++at_ >= text_.size()) return false;
    if (text_[at_] != 'u') return string_view("\"\\/bfnrt").find(text_[at_]) != string_view::npos;
    if (text_.size() - at_ < 5) return false;
    for (int i = 0; i < 4; ++i)
      if (hex_value(text_[++at_]) < 0) return false;
    return true;
  }

  bool number() {
    step('-');
    if (!step('0') && !digits()) return false;
    if (step('.') && !digits()) return false;
    if (!step('e') && !step('E')) return true;
    step('+') || step('-');
    return digits();
  }

  bool step(char letter) {
    if (at_end() || text_[at_] != letter) return false;
    ++at_;
    return true;
  }

  bool digits() {
    const size_t begin = at_;
    while (!at_end() && is_digit(text_[at_])) ++at_;
    return at_ > begin;
  }

  bool word(string_view expected) {
    if (text_.substr(at_, expected.size()) != expected) return false;
    at_ += expected.size();
    return true;
  }

  string_view text_;
  size_t at_ = 0;
};

inline bool is_object(string_view body) {
  Walk walk(body);
  string_view found;
  if (body.size() > kLongest || !is_utf8(body) || !walk.value(kDeepest, &found)) return false;
  walk.space();
  return walk.at_end() && found.front() == '{';
}

// The characters of a JSON string that has been walked over, one after the other.
class Letters {
 public:
  explicit Letters(string_view within) : rest_(within) {}

  bool done() const { return rest_.empty(); }

  // Half a surrogate pair comes out as it is: a code that no character has.
  char32_t next() {
    const char32_t letter = rest_.front() == '\\' ? escaped() : encoded();
    if (letter < 0xd800 || letter > 0xdbff || rest_.substr(0, 2) != "\\u") return letter;
    const char32_t low = hex(rest_.substr(2, 4));
    if (low < 0xdc00 || low > 0xdfff) return letter;
    rest_.remove_prefix(6);
    return 0x10000 + ((letter - 0xd800) << 10) + (low - 0xdc00);
  }

 private:
  char32_t escaped() {
    const char what = rest_[1];
    if (what == 'u') {
      const char32_t letter = hex(rest_.substr(2, 4));
      rest_.remove_prefix(6);
      return letter;
    }
    rest_.remove_prefix(2);
    const size_t which = string_view("bfnrt").find(what);
    return static_cast<char32_t>(which == string_view::npos ? what : "\b\f\n\r\t"[which]);
  }

  char32_t encoded() {
    const auto first = static_cast<unsigned char>(rest_.front());
    const size_t more = first < 0x80 ? 0 : first < 0xe0 ? 1 : first < 0xf0 ? 2 : 3;
    char32_t letter = more ? first & (0x3fu >> more) : first;
    for (size_t i = 1; i <= more; ++i)
      letter = letter << 6 | (static_cast<unsigned char>(rest_[i]) & 0x3fu);
    rest_.remove_prefix(1 + more);
    return letter;
  }

  static char32_t hex(string_view digits) {
    char32_t value = 0;
    for (const char digit : digits) value = value << 4 | static_cast<char32_t>(hex_value(digit));
    return value;
  }

  string_view rest_;
};

inline void add_utf8(Text& text, char32_t letter) {
  const int more = letter < 0x80 ? 0 : letter < 0x800 ? 1 : letter < 0x10000 ? 2 : 3;
  constexpr unsigned char kMarks[] = {0, 0xc0, 0xe0, 0xf0};
  text.add(static_cast<char>(kMarks[more] | letter >> 6 * more));
  for (int i = more - 1; i >= 0; --i)
    text.add(static_cast<char>(0x80 | (letter >> 6 * i & 0x3f)));
}

// What a display can show. Codes that no edition of Unicode has given away pass for printable here.
inline bool is_printable(char32_t letter) {
  struct Range { char32_t first, last; };
  constexpr Range kHidden[] = {
      {0, 0x1f}, {0x7f, 0xa0}, {0xad, 0xad}, {0x600, 0x605}, {0x61c, 0x61c}, {0x6dd, 0x6dd},
      {0x1680, 0x1680}, {0x180e, 0x180e}, {0x2000, 0x200f}, {0x2028, 0x202f}, {0x205f, 0x206f},
      {0x3000, 0x3000}, {0xd800, 0xf8ff}, {0xfeff, 0xfeff}, {0xfff0, 0xfffb}, {0xfffe, 0xffff},
      {0xe0000, 0x10ffff}};
  return std::none_of(std::begin(kHidden), std::end(kHidden), [letter](const Range& range) {
    return range.first <= letter && letter <= range.last;
  });
}

inline bool is_lower_hex(char32_t letter) {
  return (letter >= '0' && letter <= '9') || (letter >= 'a' && letter <= 'f');
}

inline bool is_name_letter(char32_t letter) {
  return (letter >= '0' && letter <= '9') || (letter >= 'a' && letter <= 'z') || letter == '-';
}

// The types of docs/protocol.md that are strings.
struct Spelling {
  bool (*letter)(char32_t);
  size_t shortest, longest;
};
constexpr Spelling kBoot{is_lower_hex, 16, 16};
constexpr Spelling kNonce{is_lower_hex, 24, 24};
constexpr Spelling kSid{is_name_letter, 1, 40};
constexpr Spelling kWord{is_name_letter, 1, 40};
constexpr Spelling kText{is_printable, 0, 80};

// One object, field by field. `good` ends when a field is missing or not what it may be.
class Fields {
 public:
  explicit Fields(string_view object) : object_(object) {}

  bool good() const { return good_; }

  // Whether the field is there; if it is there and wrong, the message is spoilt.
  template <typename Into, typename... How>
  bool may(string_view name, Into& into, const How&... how) {
    const string_view value = find(name);
    if (value.empty()) return false;
    if (!read(value, into, how...)) good_ = false;
    return good_;
  }

  template <typename Into, typename... How>
  void need(string_view name, Into& into, const How&... how) {
    if (!may(name, into, how...)) good_ = false;
  }

  // The stretch an object within takes up; empty without one.
  string_view object(string_view name) {
    const string_view value = find(name);
    if (!value.empty() && value.front() != '{') good_ = false;
    return value;
  }

 private:
  // If a field stands twice the last one counts; `null` is the same as no field.
  string_view find(string_view wanted) const {
    Walk walk(object_);
    walk.take('{');
    string_view name, value, found;
    while (walk.member(&name) && walk.value(kDeepest, &value)) {
      if (spells(name, wanted)) found = value;
      walk.take(',');
    }
    return found == "null" ? string_view() : found;
  }

  static bool spells(string_view within, string_view wanted) {
    Letters letters(within);
    for (const char letter : wanted)
      if (letters.done() || letters.next() != static_cast<unsigned char>(letter)) return false;
    return letters.done();
  }

  static bool read(string_view value, bool& into) {
    into = value == "true";
    return into || value == "false";
  }

  static bool read(string_view value, uint32_t& into) {
    if (value == "-0") value = "0";
    uint64_t number = 0;
    for (const char letter : value) {
      if (!is_digit(letter)) return false;
      number = number * 10 + static_cast<uint64_t>(letter - '0');
      if (number > UINT32_MAX) return false;
    }
    into = static_cast<uint32_t>(number);
    return true;
  }

  template <size_t N>
  static bool read(string_view value, Chars<N>& into, const Spelling& how) {
    if (value.front() != '"') return false;
    Letters letters(value.substr(1, value.size() - 2));
    size_t length = 0;
    Text text;
    for (; !letters.done(); ++length) {
      const char32_t letter = letters.next();
      if (length == how.longest || !how.letter(letter)) return false;
      add_utf8(text, letter);
    }
    into.clear();
    return length >= how.shortest && into.add(text.view());
  }

  string_view object_;
  bool good_ = true;
};

// --- what the server says ------------------------------------------------------------------------

struct Grant {
  Boot boot;
  Nonce re_nonce;  // it answers a tap if this is not empty,
  uint32_t re_n = 0;  // and a state if it is
  Sid sid;
  uint32_t exp = 0, hard = 0, fin = 0, idle_s = 0, run_ma = 0, left = 0;
  Text text;
};

struct Answer {
  Boot boot;
  Nonce nonce;
  bool ok = false;
  Text text;
  std::optional<uint32_t> pulse_ms;
  std::optional<Grant> grant;
};

struct Offer {
  Boot boot;
  Sid sid;
};

struct Lease {
  Boot boot;
  uint32_t re = 0, exp = 0, hard = 0, left = 0;
  Sid sid;
  Text text;
};

struct Off {
  Boot boot;  // empty: any
  Sid sid;    // empty: whichever is held or asked for
  Word mode;
  Text text;
};

struct Sync {
  Boot boot;  // empty: any
  Word id;
  bool asks = true;  // otherwise it brings the time of day, which only lists are in need of
};

struct Words {
  Text text;
  uint32_t secs = 0, beep = 0;
};

// Each says whether the object is such a message.

inline bool read(Fields in, Grant& grant) {
  in.need("boot", grant.boot, kBoot);
  if (Fields nonce = in; !nonce.may("re", grant.re_nonce, kNonce)) {
    grant.re_nonce.clear();
    in.need("re", grant.re_n);
  }
  in.need("sid", grant.sid, kSid);
  in.need("exp", grant.exp);
  in.need("hard", grant.hard);
  in.need("fin", grant.fin);
  in.need("idle_s", grant.idle_s);
  in.need("run_ma", grant.run_ma);
  in.need("left", grant.left);
  in.may("text", grant.text, kText);
  return in.good();
}

inline bool read(Fields in, Answer& answer) {
  Word code;
  Sid sid;
  uint32_t left = 0, pulse_ms = 0;
  in.need("boot", answer.boot, kBoot);
  in.need("nonce", answer.nonce, kNonce);
  in.need("ok", answer.ok);
  in.need("code", code, kWord);
  in.need("text", answer.text, kText);
  in.may("sid", sid, kSid);
  in.may("left", left);
  if (in.may("pulse_ms", pulse_ms)) answer.pulse_ms = pulse_ms;
  const string_view within = in.object("grant");
  if (!in.good() || within.empty()) return in.good();
  return read(Fields(within), answer.grant.emplace());
}

inline bool read(Fields in, Offer& offer) {
  in.need("boot", offer.boot, kBoot);
  in.need("sid", offer.sid, kSid);
  return in.good();
}

inline bool read(Fields in, Lease& lease) {
  in.need("boot", lease.boot, kBoot);
  in.need("re", lease.re);
  in.need("sid", lease.sid, kSid);
  in.need("exp", lease.exp);
  in.need("hard", lease.hard);
  in.need("left", lease.left);
  in.may("text", lease.text, kText);
  return in.good();
}

inline bool read(Fields in, Off& off) {
  constexpr Spelling kAll{[](char32_t letter) { return letter == '*'; }, 1, 1};
  Word code;
  Sid all;
  if (Fields any = in; !any.may("sid", all, kAll)) in.need("sid", off.sid, kSid);
  in.need("mode", off.mode, kWord);
  in.need("code", code, kWord);
  in.may("boot", off.boot, kBoot);
  in.may("text", off.text, kText);
  return in.good();
}

inline bool read(Fields in, Sync& sync) {
  uint32_t re = 0, utc = 0;
  in.need("id", sync.id, kWord);
  in.may("boot", sync.boot, kBoot);
  sync.asks = !in.may("re", re);
  in.may("utc", utc);
  return in.good();
}

inline bool read(Fields in, Words& words) {
  in.need("text", words.text, kText);
  in.need("secs", words.secs);
  in.may("beep", words.beep);
  return in.good();
}

// --- writing -------------------------------------------------------------------------------------

// One JSON object, in the order its fields are given. `good` ends when there is no more room.
class Writer {
 public:
  // From the start: there is one of these, since it is too large for some stacks.
  Writer& begin() {
    body_.clear();
    good_ = true;
    put("{");
    return *this;
  }

  Writer& string(string_view name, string_view value) {
    name_field(name);
    quote(value);
    return *this;
  }

  Writer& number(string_view name, uint64_t value) {
    name_field(name);
    std::array<char, 20> room;
    put(decimal(value, room));
    return *this;
  }

  Writer& boolean(string_view name, bool value) {
    name_field(name);
    put(value ? "true" : "false");
    return *this;
  }

  // A list of the words between commas.
  Writer& words(string_view name, string_view commas) {
    name_field(name);
    put("[");
    while (!commas.empty()) {
      const size_t length = std::min(commas.find(','), commas.size());
      quote(commas.substr(0, length));
      commas.remove_prefix(std::min(length + 1, commas.size()));
      if (!commas.empty()) put(",");
    }
    put("]");
    return *this;
  }

  bool finish() {
    put("}");
    return good_;
  }

  void sign(const Key& key, string_view topic) {
    const Signature digits = signature(key, topic, body_.view());
    body_.add('\n');
    body_.add(digits.view());
  }

  string_view payload() const { return body_.view(); }

 private:
  void name_field(string_view name) {
    if (body_.view().size() > 1) put(",");
    quote(name);
    put(":");
  }

  void quote(string_view value) {
    put("\"");
    for (const char letter : value) {
      if (letter == '"' || letter == '\\') put("\\");
      put({&letter, 1});
    }
    put("\"");
  }

  void put(string_view text) {
    good_ = good_ && body_.view().size() + text.size() <= kLongest && body_.add(text);
  }

  Chars<kLongest + 33> body_;  // and a signature
  bool good_ = true;
};

// --- what a device is, does and shows ------------------------------------------------------------

// Words in it must outlive the device. `caps` are those of `hello`, between commas, without spaces;
// `stray_ma` is the current that may flow with the relay off until a grant names a better figure.
struct Config {
  const char* name = "";
  const char* caps = "";
  const char* key = "";  // 64 lower hex digits; with `mac` among the caps all is signed with it
  const char* fw = "1.0";
  const char* model = "benchkey.h";
  uint32_t heartbeat_s = 10;
  uint32_t stray_ma = 500;
  uint32_t idle_s = 20;
  uint32_t warn_s = 300;
};

// What the person at the machine sees. `left` is seconds until the booking or GRACE ends, or -1.
struct Display {
  const char* state = "";
  const char* big = "";
  Text small;
  const char* lamp = "";
  bool refused = false, warning = false;
  int64_t left = -1;

  bool operator==(const Display& other) const {
    return std::strcmp(state, other.state) == 0 && small == other.small &&
           std::strcmp(lamp, other.lamp) == 0 && refused == other.refused &&
           warning == other.warning && left == other.left;
  }
};

// What a device does to the world. All must be set but `ignored`, which is for a log.
struct Hands {
  Ms (*clock)() = nullptr;         // since boot; see Clock
  uint32_t (*random)() = nullptr;  // from a source nobody can guess: it names boots and taps
  void (*relay)(bool on) = nullptr;
  void (*publish)(const char* topic, string_view payload, int qos, bool retain) = nullptr;
  void (*show)(const Display& display) = nullptr;
  void (*beep)(uint32_t times) = nullptr;
  void (*ignored)(const char* what, const char* why) = nullptr;
};

// --- what it knows between two events (wire/memory.py) -------------------------------------------

enum class St : uint8_t { Locked, Armed, Running, Grace, Fault };

constexpr const char* kStates[] = {"locked", "armed", "running", "grace", "fault"};

inline const char* word_of(St st) { return kStates[static_cast<size_t>(st)]; }

// One grant being used. There is one exactly while the device is armed, running or in GRACE.
struct Session {
  Sid sid;
  int64_t exp = 0, hard = 0, fin = 0, idle_s = 0, ends = 0;
  uint32_t run_ma = 0, last_re = 0;
  bool closing = false;
  int64_t used = 0, grace_from = 0, grace_end = 0;
};

struct PendingTap {
  Badge badge;
  Nonce nonce;
  Pin pin;
  Ms since = 0;
  int retries = 0;
};

// An offered session this interlock asks for.
struct Want {
  Sid sid;
  Ms since = 0, asked = 0;
};

// A state not long ago that asked for a session: what a grant may still refer to.
struct Asked {
  uint32_t n = 0;
  Ms up = 0;
  Sid want;
};

struct Notice {
  Text text;
  Ms until = 0;
  bool refused = false;
};

struct Seen {
  Badge badge;
  Ms up = 0;
};

// Digits that wait for a badge. Nobody is told of them: no hand, no log and no display.
class Typed {
 public:
  // The last ones, as many as a tap may have.
  void add(char digit, Ms up) {
    if (count_ == keys_.size()) drop(1);
    keys_[count_++] = {digit, up};
  }

  void clear() { drop(count_); }

  void forget_before(Ms up) {
    size_t old = 0;
    while (old < count_ && keys_[old].up < up) ++old;
    drop(old);
  }

  Pin take() {
    Pin pin;
    for (size_t i = 0; i < count_; ++i) pin.add(keys_[i].digit);
    clear();
    return pin;
  }

 private:
  struct Key {
    char digit = '\0';
    Ms up = 0;
  };

  // What is dropped is wiped, too.
  void drop(size_t first) {
    std::move(keys_.begin() + first, keys_.begin() + count_, keys_.begin());
    std::fill(keys_.begin() + (count_ - first), keys_.begin() + count_, Key());
    count_ -= first;
  }

  std::array<Key, 16> keys_{};
  size_t count_ = 0;
};

// What a state said that must be said anew when it changes.
struct Said {
  St st = St::Locked;
  bool relay = false;
  Sid sid, want;
  const char* fault = nullptr;
  int64_t grace_end = -1;

  bool operator==(const Said& other) const {
    return st == other.st && relay == other.relay && sid == other.sid && want == other.want &&
           fault == other.fault && grace_end == other.grace_end;
  }
};

// The last N of something; older ones are forgotten.
template <typename Item, size_t N>
class Last {
 public:
  void add(const Item& item) { items_[count_++ % N] = item; }

  template <typename Fits>
  bool any(Fits fits) const {
    return std::any_of(items_.begin(), items_.begin() + std::min(count_, N), fits);
  }

 private:
  std::array<Item, N> items_{};
  size_t count_ = 0;
};

constexpr int64_t kLongestLease = 60;
constexpr int64_t kFresh = 5;
constexpr int64_t kRetryEvery = 1;
constexpr int kRetries = 4;
constexpr int64_t kDebounce = 3;
constexpr int64_t kTypedFor = 10;
constexpr int64_t kSettle = 2;
constexpr size_t kEndedKept = 16;
constexpr size_t kAskedKept = 16;  // in 5 s honest traffic makes a handful; to forget one is safe
constexpr uint32_t kLongestPulseMs = 10000;
constexpr int64_t kNotice = 8;
constexpr int64_t kShortLease = 9;  // what gets this short has lost its server, or its booking ends

struct Memory {
  Boot boot;
  const char* why = "power";
  Ms up = 0;
  bool connected = false;
  St st = St::Locked;
  bool relay = false;  // what it was last told
  std::optional<Session> session;
  Last<Sid, kEndedKept> ended;
  Ms pulse_end = 0;
  const char* fault = nullptr;
  uint32_t n = 0;  // of the last state sent, 0 before
  Last<Asked, kAskedKept> asked;
  bool report_due = false;
  std::optional<Said> reported;
  Ms reported_at = 0;
  Word sync_id;
  std::optional<PendingTap> tap;
  std::optional<Want> want;
  std::optional<Seen> seen;
  Typed typed;
  uint32_t ma = 0, run_ma = 0;
  bool aux = false;
  std::optional<Ms> load_since, idle_since, stray_since;  // none while it does not hold
  std::optional<Notice> notice;
};

// --- the device ----------------------------------------------------------------------------------

class Device {
 public:
  // D1: the relay is off before anything else happens.
  void begin(const Config& config, const Hands& hands, const char* why) {
    hands.relay(false);
    config_ = config;
    hands_ = hands;
    new (&memory_) Memory();  // in place: some stacks have no room for a second one
    shown_.reset();
    memory_.boot.add(random_digits<16>().view());
    memory_.why = why;
    memory_.run_ma = config.stray_ma;
    memory_.up = hands_.clock();
    signs_ = has("mac");
    key_ = key_of(config.key);
    handle([] {});
  }

  void tick() {
    handle([this] { retry(); });
  }

  // The broker has accepted the subscription.
  void connected() {
    handle([this] { introduce(); });
  }

  void disconnected() {
    handle([this] { memory_.connected = false; });
  }

  // A badge was seen; separators and lower case, as readers write them, are put right.
  void tapped(string_view read) {
    handle([this, read] { take_badge(read); });
  }

  // The same, from a reader that says the number in decimal digits, as Wiegand's are written: hex,
  // filled up to four bytes, as the server writes such a number.
  void tapped_decimal(string_view digits) {
    uint64_t number = 0;
    for (const char letter : digits) {
      if (!is_digit(letter) || number > UINT64_MAX / 10 - 1)
        return ignore("tap", "not the number of a badge");
      number = number * 10 + static_cast<uint64_t>(letter - '0');
    }
    tapped(hex_of(number).view());
  }

  // D8: a key of the keypad: a digit, or `*`, which takes back what was typed. Others are none.
  void typed(char key) {
    handle([this, key] { type_key(key); });
  }

  // D11: `stop` or `arm`.
  void pressed(string_view button) {
    handle([this, button] { take_button(button); });
  }

  void current(uint32_t ma) {
    handle([this, ma] { memory_.ma = ma; });
  }

  void aux(bool closed) {
    handle([this, closed] { memory_.aux = closed; });
  }

  // What came in on bk/1/<name>/down/<kind>. What is no message of this protocol is dropped.
  void received(string_view kind, string_view payload) {
    string_view body = payload;
    if (!is_genuine(kind, body) || !is_object(body)) return ignore("message", "not protocol v1");
    if (kind == "answer") return hear<Answer>(body);
    if (kind == "grant") return hear<Grant>(body);
    if (kind == "offer") return hear<Offer>(body);
    if (kind == "lease") return hear<Lease>(body);
    if (kind == "off") return hear<Off>(body);
    if (kind == "sync") return hear<Sync>(body);
    if (kind == "text") return hear<Words>(body);
  }

  const Memory& memory() const { return memory_; }

 private:
  // --- one event ---

  template <typename Act>
  void handle(Act act) {
    memory_.up = std::max(hands_.clock(), memory_.up);
    keep_time();
    act();
    keep_time();
    report();
    show();
  }

  // D2: what time has ended is off before a message can be looked at.
  void keep_time() {
    lapse();
    give_up();
    memory_.typed.forget_before(memory_.up - in_ms(kTypedFor));
    watch_load();
    follow_load();
    switch_relay(energised());
    watch_load();
    watch_contactor();
  }

  template <typename Message>
  void hear(string_view body) {
    Message message;
    if (!read(Fields(body), message)) return ignore("message", "not protocol v1");
    handle([this, &message] { take(message); });
  }

  // Removes the signature, if there must be one. Without `mac` a signed message is no JSON.
  bool is_genuine(string_view kind, string_view& body) const {
    if (!signs_) return true;
    if (!key_ || body.size() < 33 || body[body.size() - 33] != '\n') return false;
    const string_view found = body.substr(body.size() - 32);
    body.remove_suffix(33);
    return same_signature(signature(*key_, topic("down", kind).view(), body).view(), found);
  }

  // --- D1, D9: who is here ---

  void introduce() {
    memory_.connected = memory_.report_due = true;
    writer_.begin().boolean("on", true).string("boot", memory_.boot.view());
    publish("avail", true);
    alive()
        .string("fw", config_.fw)
        .string("model", config_.model)
        .string("why", memory_.why)
        .words("caps", config_.caps)
        .number("list", 0)
        .number("jrn", 0);
    publish("hello", false);
  }

  // --- D2: the relay is on exactly while a lease, GRACE, or a door's pulse has time left ---

  bool energised() const {
    if (!memory_.session) return memory_.st == St::Locked && memory_.up < memory_.pulse_end;
    const Session& session = *memory_.session;
    if (memory_.st == St::Grace) return before(std::min(session.grace_end, session.hard));
    return before(session.exp);
  }

  void switch_relay(bool on) {
    if (on == memory_.relay) return;
    memory_.relay = on;
    hands_.relay(on);
  }

  // --- D3: a grant switches on ---

  const char* grant_refused(const Grant& grant) const {
    if (!has("relay")) return "no relay here";
    if (grant.boot != memory_.boot) return "of another boot";
    if (memory_.st != St::Locked) return "not locked";
    if (!before(grant.exp)) return "expired";
    if (!within_lease(grant.exp)) return "longer than a lease may be";
    if (has_ended(grant.sid)) return "session has ended";
    if (!answers_tap(grant) && !answers_want(grant)) return "answers nothing asked in the last 5 s";
    return nullptr;
  }

  bool answers_tap(const Grant& grant) const {
    const auto& tap = memory_.tap;
    return tap && grant.re_nonce == tap->nonce && memory_.up - tap->since <= in_ms(kFresh);
  }

  bool answers_want(const Grant& grant) const {
    return grant.re_nonce.empty() && memory_.asked.any([&](const Asked& asked) {
      return asked.n == grant.re_n && asked.want == grant.sid &&
             memory_.up - asked.up <= in_ms(kFresh);
    });
  }

  // Leases count from the state that will report this.
  void arm(const Grant& grant) {
    memory_.st = St::Armed;
    Session& session = memory_.session.emplace();
    session.sid = grant.sid;
    session.exp = grant.exp;
    session.hard = grant.hard;
    session.fin = has("current") ? grant.fin : 0;  // it cannot know when a job is over
    session.idle_s = grant.idle_s;
    session.run_ma = grant.run_ma;
    session.ends = seconds() + grant.left;
    session.last_re = memory_.n;
    memory_.run_ma = grant.run_ma ? grant.run_ma : config_.stray_ma;
    memory_.tap.reset();
    memory_.want.reset();
  }

  bool take(const Grant& grant) {
    if (const char* why = grant_refused(grant)) return ignore("grant", why), false;
    arm(grant);
    notice(grant.text);
    return true;
  }

  const char* offer_refused(const Offer& offer) const {
    if (!has("relay")) return "no relay here";
    if (offer.boot != memory_.boot) return "of another boot";
    if (memory_.st != St::Locked) return "not locked";
    if (has_ended(offer.sid)) return "session has ended";
    if (memory_.want && memory_.want->sid == offer.sid) return "asked for already";
    return nullptr;
  }

  void take(const Offer& offer) {
    if (const char* why = offer_refused(offer)) return ignore("offer", why);
    memory_.want = Want{offer.sid, memory_.up, memory_.up};
  }

  // A grant is QoS 0 and may be lost, so the state that asks for it is sent each second.
  void ask_again() {
    auto& want = memory_.want;
    if (!want || memory_.up - want->asked < in_ms(kRetryEvery)) return;
    want->asked = memory_.up;
    memory_.report_due = true;
  }

  // --- D4: a lease moves the end ---

  const char* lease_refused(const Lease& lease) const {
    const auto& session = memory_.session;
    if (lease.boot != memory_.boot) return "of another boot";
    if (!session || lease.sid != session->sid) return "not the session here";
    if (session->closing) return "session is closing";
    if (lease.re <= session->last_re) return "answers an older state than the last lease did";
    if (lease.re > memory_.n) return "answers a state not sent yet";
    if (!before(lease.exp)) return "expired";
    if (!within_lease(lease.exp)) return "longer than a lease may be";
    return nullptr;
  }

  void take(const Lease& lease) {
    if (const char* why = lease_refused(lease)) return ignore("lease", why);
    renew(*memory_.session, lease);
    notice(lease.text);
  }

  // Earlier ends count, too. A lease ends GRACE, but seconds spent stay spent.
  void renew(Session& session, const Lease& lease) {
    session.exp = lease.exp;
    session.hard = lease.hard;
    session.last_re = lease.re;
    session.ends = seconds() + lease.left;
    if (memory_.st != St::Grace) return;
    memory_.st = St::Running;
    // every second of the clock that GRACE touched counts, so that short ones add up to no gain
    session.used += seconds() - session.grace_from + 1;
  }

  // --- D5: is a job running? ---

  void watch_load() {
    const auto& session = memory_.session;
    const bool load = session && session->run_ma > 0 && memory_.ma >= session->run_ma;
    const bool stray = !memory_.relay && (memory_.ma > memory_.run_ma || memory_.aux);
    note_since(memory_.load_since, load);
    note_since(memory_.idle_since, !load);
    note_since(memory_.stray_since, stray);
  }

  void follow_load() {
    if (!memory_.session) return;
    if (memory_.st == St::Armed && lasted(memory_.load_since, kSettle))
      memory_.st = St::Running;
    else if (memory_.st == St::Running && lasted(memory_.idle_since, memory_.session->idle_s))
      memory_.st = St::Armed;
  }

  // --- D6: time is up ---

  void lapse() {
    if (!memory_.session) return;
    const Session& session = *memory_.session;
    if (memory_.st != St::Grace) {
      if (!before(session.exp)) run_out();
    } else if (!before(session.grace_end) || lasted(memory_.idle_since, session.idle_s)) {
      lock();
    }
  }

  // A running job gets what is left of its seconds to finish; everything else locks.
  void run_out() {
    Session& session = *memory_.session;
    const int64_t since = std::min(seconds(), session.exp);
    const int64_t grace_end = std::min(since + session.fin - session.used, session.hard);
    if (memory_.st != St::Running || !before(grace_end)) return lock();
    memory_.st = St::Grace;
    session.grace_from = since;
    session.grace_end = grace_end;
  }

  // --- D7: off ---

  void lock() {
    memory_.st = St::Locked;
    end_for_good(memory_.session->sid);
    memory_.session.reset();
  }

  bool has_ended(const Sid& sid) const {
    return memory_.ended.any([&sid](const Sid& ended) { return ended == sid; });
  }

  // No grant for this session will be accepted any more. By value: it may be part of what goes.
  void end_for_good(Sid sid) {
    if (!has_ended(sid)) memory_.ended.add(sid);
  }

  void drop_want() {
    if (memory_.want) end_for_good(memory_.want->sid);
    memory_.want.reset();
  }

  void take(const Off& off) {
    if (!off.boot.empty() && off.boot != memory_.boot) return ignore("off", "of another boot");
    switch_off(off);
    notice(off.text);
  }

  // Now or after the job; a session not known here is ended before it begins.
  void switch_off(const Off& off) {
    const bool all = off.sid.empty();
    if (memory_.session && (all || off.sid == memory_.session->sid))
      off.mode.view() == "after-job" ? finish_job() : lock();
    else if (!all)
      end_for_good(off.sid);
    if (memory_.want && (all || off.sid == memory_.want->sid)) drop_want();
    if (all) memory_.pulse_end = 0;
  }

  // No lease from here on; a job in GRACE keeps the end it has.
  void finish_job() {
    memory_.session->closing = true;
    if (memory_.st != St::Grace) run_out();
  }

  // --- D8: taps ---

  void take_badge(string_view read) {
    if (!has("reader")) return ignore("tap", "no reader here");
    const std::optional<Badge> badge = badge_of(read);
    if (!badge) return ignore("tap", "not the number of a badge");
    if (const char* why = tap_refused(*badge)) return ignore("tap", why);
    memory_.tap = PendingTap{*badge, random_digits<24>(), memory_.typed.take(), memory_.up, 0};
    memory_.notice.reset();
    say_tap();
  }

  void type_key(char key) {
    if (!has("pin")) return ignore("key", "no keypad here");
    if (key == '*') memory_.typed.clear();
    if (is_digit(key)) memory_.typed.add(key, memory_.up);
  }

  static Badge hex_of(uint64_t number) {
    Badge digits;
    for (int shift = 60; shift >= 0; shift -= 4)
      if (shift < 32 || number >> shift) digits.add("0123456789ABCDEF"[number >> shift & 15]);
    return digits;
  }

  // 4 to 32 upper hex digits; a reader may put a sign between two of them.
  static std::optional<Badge> badge_of(string_view read) {
    Badge badge;
    for (const char letter : read) {
      if (string_view("-: ").find(letter) != string_view::npos) continue;
      const int value = hex_value(letter);
      if (value < 0 || !badge.add("0123456789ABCDEF"[value])) return std::nullopt;
    }
    return badge.view().size() < 4 ? std::nullopt : std::optional(badge);
  }

  // A badge left on the reader taps once.
  const char* tap_refused(const Badge& badge) {
    const auto seen = memory_.seen;
    memory_.seen = Seen{badge, memory_.up};
    if (seen && seen->badge == badge && memory_.up - seen->up < in_ms(kDebounce))
      return "the same badge, still there";
    return memory_.tap ? "the tap before has no answer yet" : nullptr;
  }

  // In retries the same bytes: the server knows a tap by its nonce, and `up` is when it was seen.
  void say_tap() {
    const PendingTap& tap = *memory_.tap;
    writer_.begin()
        .string("boot", memory_.boot.view())
        .number("up", static_cast<uint64_t>(tap.since / 1000))
        .string("nonce", tap.nonce.view())
        .string("badge", tap.badge.view());
    if (!tap.pin.empty()) writer_.string("pin", tap.pin.view());
    publish("tap", false);
  }

  void retry() {
    auto& tap = memory_.tap;
    if (tap && tap->retries < kRetries &&
        memory_.up - tap->since >= in_ms((tap->retries + 1) * kRetryEvery)) {
      ++tap->retries;
      say_tap();
    }
    ask_again();
  }

  // What got no answer in 5 s is over; a state says so, and proves that nothing is held.
  void give_up() {
    if (memory_.want && memory_.up - memory_.want->since > in_ms(kFresh)) {
      memory_.want.reset();
      memory_.report_due = true;
    }
    if (!memory_.tap || memory_.up - memory_.tap->since <= in_ms(kFresh)) return;
    memory_.tap.reset();
    memory_.report_due = true;
    notice(Text("No connection. Tap again in a moment."), true);
  }

  void take(const Answer& answer) {
    if (answer.boot != memory_.boot) return ignore("answer", "of another boot");
    if (!memory_.tap || memory_.tap->nonce != answer.nonce)
      return ignore("answer", "answers no tap that waits");
    notice(answer.text, !answer.ok);
    if (answer.ok && answer.grant && !take(*answer.grant)) {
      notice(Text("That took too long. Tap again."), true);
      memory_.report_due = true;
    }
    if (answer.ok && answer.pulse_ms) open_door(*answer.pulse_ms);
    memory_.tap.reset();
  }

  // --- D9: current for 2 s behind an open relay. Only a reboot leads out of FAULT ---

  void watch_contactor() {
    if (memory_.st == St::Fault || !lasted(memory_.stray_since, kSettle)) return;
    memory_.st = St::Fault;
    memory_.fault = "contactor-stuck";
    memory_.want.reset();
  }

  // --- D11: stop stops here, whoever can be told of it; arm only asks ---

  void take_button(string_view button) {
    if (button == "stop")
      stop();
    else if (button != "arm" || memory_.st != St::Locked)
      return ignore("button", "not locked, or no such button");
    alive().string("nonce", random_digits<24>().view()).string("name", button);
    publish("button", false);
  }

  void stop() {
    if (memory_.session) lock();
    drop_want();
    memory_.tap.reset();
    memory_.pulse_end = 0;
    switch_relay(energised());
  }

  // --- D12: no session, no lease, nothing to renew ---

  const char* pulse_refused(uint32_t pulse_ms) const {
    if (!has("door")) return "no door here";
    if (memory_.st != St::Locked) return "not locked";
    if (pulse_ms == 0) return "no pulse at all";
    return pulse_ms > kLongestPulseMs ? "longer than a pulse may be" : nullptr;
  }

  void open_door(uint32_t pulse_ms) {
    if (const char* why = pulse_refused(pulse_ms)) return ignore("pulse", why);
    memory_.pulse_end = memory_.up + pulse_ms;
  }

  // --- sync, text ---

  void take(const Sync& sync) {
    if (!sync.boot.empty() && sync.boot != memory_.boot) return ignore("sync", "of another boot");
    if (!sync.asks) return;
    memory_.sync_id = sync.id;
    memory_.report_due = true;
  }

  void take(const Words& words) {
    memory_.notice = Notice{words.text, memory_.up + in_ms(words.secs), false};
    if (words.beep) hands_.beep(words.beep);
  }

  // --- saying it ---

  // A state on every change, when asked, and at the heartbeat; numbered as it is sent.
  void report() {
    if (!memory_.connected) return;
    const Said said = what_is();
    const bool silent = memory_.up - memory_.reported_at >= in_ms(config_.heartbeat_s);
    if (!memory_.report_due && !silent && memory_.reported && *memory_.reported == said) return;
    ++memory_.n;
    memory_.reported = said;
    memory_.reported_at = memory_.up;
    memory_.report_due = false;
    if (memory_.want) memory_.asked.add(Asked{memory_.n, memory_.up, memory_.want->sid});
    say_state(said);
    memory_.sync_id.clear();
  }

  Said what_is() const {
    const auto& session = memory_.session;
    const int64_t grace_end = session && memory_.st == St::Grace ? session->grace_end : -1;
    return {memory_.st, memory_.relay, session ? session->sid : Sid(),
            memory_.want ? memory_.want->sid : Sid(), memory_.fault, grace_end};
  }

  void say_state(const Said& said) {
    Writer& writer = alive()
                         .number("n", memory_.n)
                         .string("st", word_of(said.st))
                         .boolean("relay", said.relay);
    if (has("current")) writer.number("ma", memory_.ma);
    if (has("aux")) writer.boolean("aux", memory_.aux);
    if (!said.sid.empty()) writer.string("sid", said.sid.view());
    if (!said.want.empty()) writer.string("want", said.want.view());
    if (said.fault) writer.string("fault", said.fault);
    if (said.grace_end >= 0) writer.number("grace_end", static_cast<uint64_t>(said.grace_end));
    if (!memory_.sync_id.empty()) writer.string("id", memory_.sync_id.view());
    publish("state", true);
  }

  // What most messages begin with.
  Writer& alive() {
    return writer_.begin()
        .string("boot", memory_.boot.view())
        .number("up", static_cast<uint64_t>(seconds()));
  }

  using Topic = Chars<64>;

  Topic topic(string_view direction, string_view kind) const {
    Topic topic;
    for (const string_view part : {string_view("bk/1/"), string_view(config_.name),
                                   string_view("/"), direction, string_view("/"), kind})
      topic.add(part);
    return topic;
  }

  // A device that must sign and has no key keeps silent; so it does about what it has no room for.
  void publish(string_view kind, bool retain) {
    if (!memory_.connected || !writer_.finish() || (signs_ && !key_)) return;
    const Topic where = topic("up", kind);
    if (signs_) writer_.sign(*key_, where.view());
    hands_.publish(where.c_str(), writer_.payload(), 1, retain);
  }

  void ignore(const char* what, const char* why) const {
    if (hands_.ignored) hands_.ignored(what, why);
  }

  // --- showing it (wire/display.py) ---

  void notice(const Text& text, bool refused = false) {
    if (!text.empty()) memory_.notice = Notice{text, memory_.up + in_ms(kNotice), refused};
  }

  void show() {
    if (memory_.notice && memory_.up >= memory_.notice->until) memory_.notice.reset();
    const Display display = face();
    if (shown_ && *shown_ == display) return;
    shown_ = display;
    hands_.show(display);
  }

  Display face() const {
    static constexpr const char* kBig[] = {"LOCKED", "PRESS START", "RUNNING", "FINISHING",
                                           "FAULT"};
    static constexpr const char* kWords[] = {"LOCKED", "ARMED", "RUNNING", "GRACE", "FAULT"};
    static constexpr const char* kLamps[] = {"off", "blue-slow", "green", "amber-slow", "red-fast"};
    const auto st = static_cast<size_t>(memory_.st);
    const bool open = memory_.st == St::Locked && memory_.relay;
    const Notice* notice = urgent_notice();
    Display display;
    display.refused = notice && notice->refused && memory_.st == St::Locked;
    display.state = open ? "OPEN" : kWords[st];
    display.big = open ? "OPEN" : kBig[st];
    display.lamp = display.refused ? "red" : open ? "green" : kLamps[st];
    display.small = notice ? notice->text : small();
    display.warning = warning();
    display.left = left();
    return display;
  }

  // What was answered last, unless the machine itself has something more urgent to say.
  const Notice* urgent_notice() const {
    if (!memory_.notice || memory_.st == St::Fault) return nullptr;
    return memory_.st == St::Grace && !memory_.notice->refused ? nullptr : &*memory_.notice;
  }

  Text small() const {
    if (memory_.st == St::Fault)
      return Text("Current flows, relay is off. Use the e-stop, call staff.");
    if (memory_.tap) return Text(memory_.connected ? "One moment." : "No connection. Trying.");
    if (!memory_.session) return Text(memory_.connected ? "Tap your badge." : "No connection.");
    return time_left();
  }

  Text time_left() const {
    if (memory_.st == St::Grace) return sentence("Job finishing. Off in ", left(), ".");
    const int64_t lease = std::max<int64_t>(0, memory_.session->exp - seconds());
    if (unrenewed()) return sentence("No connection. Off in ", lease, ".");
    if (warning()) return sentence("Time is nearly up: ", left(), " left.");
    return sentence(memory_.st == St::Running ? "" : "Press start. ", left(), " left.");
  }

  static Text sentence(string_view begin, int64_t length, string_view end) {
    Text text(begin);
    add_length(text, static_cast<uint64_t>(length));
    text.add(end);
    return text;
  }

  // A length of time as people read it: 1 h 30, 12 min, 45 s.
  static void add_length(Text& text, uint64_t length) {
    std::array<char, 20> room;
    const uint64_t minutes = length / 60 % 60;
    text.add(decimal(length < 60 ? length : length < 3600 ? minutes : length / 3600, room));
    text.add(length < 60 ? " s" : length < 3600 ? " min" : " h");
    if (length < 3600 || minutes == 0) return;
    text.add(minutes < 10 ? " 0" : " ");
    text.add(decimal(minutes, room));
  }

  int64_t left() const {
    if (!memory_.session) return -1;
    const Session& session = *memory_.session;
    const int64_t ends = memory_.st == St::Grace ? session.grace_end : session.ends;
    return std::max<int64_t>(0, ends - seconds());
  }

  bool warning() const {
    if (!memory_.session) return false;
    return memory_.st == St::Grace || until(memory_.session->ends) <= in_ms(config_.warn_s) ||
           unrenewed();
  }

  // Whether the lease runs out before the booking does.
  bool unrenewed() const {
    const Session& session = *memory_.session;
    return until(session.exp) <= in_ms(kShortLease) && session.exp < session.ends - 1;
  }

  // --- time and chance ---

  int64_t seconds() const { return memory_.up / 1000; }
  Ms until(int64_t second) const { return in_ms(second) - memory_.up; }
  bool before(int64_t second) const { return until(second) > 0; }
  bool within_lease(int64_t exp) const { return until(exp) <= in_ms(kLongestLease); }

  void note_since(std::optional<Ms>& since, bool holds) const {
    if (!holds)
      since.reset();
    else if (!since)
      since = memory_.up;
  }

  bool lasted(const std::optional<Ms>& since, int64_t length) const {
    return since && memory_.up - *since >= in_ms(length);
  }

  template <size_t N>
  Chars<N> random_digits() const {
    Chars<N> digits;
    while (digits.view().size() < N) {
      const uint32_t drawn = hands_.random();
      for (int shift = 28; shift >= 0; shift -= 4) digits.add(kHex[drawn >> shift & 15]);
    }
    return digits;
  }

  bool has(string_view cap) const {
    string_view rest = config_.caps;
    while (!rest.empty()) {
      const size_t length = std::min(rest.find(','), rest.size());
      if (rest.substr(0, length) == cap) return true;
      rest.remove_prefix(std::min(length + 1, rest.size()));
    }
    return false;
  }

  Config config_;
  Hands hands_;
  Memory memory_;
  std::optional<Key> key_;
  bool signs_ = false;
  Writer writer_;
  std::optional<Display> shown_;
};

}  // namespace benchkey
