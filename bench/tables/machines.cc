// Bench tables from machines: weather, motion, tracks, counters, flows, sparse readings.
#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "columns.h"
#include "random.h"
#include "tables/tables.h"

namespace sluice::bench {

namespace {

constexpr int64_t kSecondsBegin = 1'700'000'000;

void append_number(std::string& out, uint32_t number) { out += std::to_string(number); }

std::string address_text(uint32_t address) {
  std::string text;
  for (int shift = 24; shift >= 0; shift -= 8) {
    append_number(text, (address >> shift) & 0xff);
    if (shift > 0) text += '.';
  }
  return text;
}

std::string long_address_text(Random& random, uint32_t network) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text = "2001:db8:" + std::to_string(network % 9'000);
  for (int group = 0; group < 5; ++group) {
    text += ':';
    for (uint32_t digits = random.between(1, 4); digits > 0; --digits) text += kDigits[random.between(0, 15)];
  }
  return text;
}

}  // namespace

Batch make_weather() {
  constexpr int kStations = 20;
  constexpr int kSeconds = 45'000;
  Random random(7);
  std::array<int64_t, kStations> temperature{}, pressure{}, humidity{}, charge{};
  temperature.fill(15'000), pressure.fill(1'013'000'000'000), humidity.fill(600), charge.fill(12'000);
  Numbers<int64_t> at;
  Numbers<int32_t> station;
  Numbers<double> degrees, hectopascals, percent, volts;
  for (int second = 0; second < kSeconds; ++second) {
    for (size_t i = 0; i < kStations; ++i) {
      temperature[i] += random.noise(20);
      pressure[i] += random.noise(900'000);
      humidity[i] += random.noise(2);
      charge[i] += random.chance(20) ? random.noise(4) : 0;
      at((kSecondsBegin + second) * 1'000'000);
      station(static_cast<int32_t>(i));
      degrees(static_cast<double>(temperature[i] / 10) / 100.0);
      hectopascals(static_cast<double>(pressure[i]) / 1e9);
      percent(static_cast<double>(humidity[i]) / 10.0);
      volts(static_cast<double>(charge[i]) / 1'000.0);
    }
  }
  TableColumns table;
  table.add("at", at.finish(timestamp(TimeUnit::microsecond)));
  table.add("station", station.finish(int32()));
  table.add("temperature", degrees.finish(float64()));
  table.add("pressure", hectopascals.finish(float64()));
  table.add("humidity", percent.finish(float64()));
  table.add("battery", volts.finish(float64()));
  return table.finish();
}

Batch make_motion() {
  constexpr int kRows = 1'100'000;
  constexpr std::array kNames{"accel_x", "accel_y", "accel_z", "gyro_x", "gyro_y", "gyro_z", "magnet_x", "magnet_y"};
  Random random(8);
  std::array<Numbers<float>, kNames.size()> axes;
  std::array<int64_t, kNames.size()> levels{};
  Numbers<int64_t> at;
  for (int i = 0; i < kRows; ++i) {
    at((kSecondsBegin * 1'000) + int64_t{i} * 10 + random.noise(2));
    for (size_t a = 0; a < axes.size(); ++a) {
      levels[a] += random.noise(400);
      axes[a](static_cast<float>(levels[a] + random.noise(90'000)) * 1.1920929e-7F * 9.80665F);
    }
  }
  TableColumns table;
  table.add("at", at.finish(timestamp(TimeUnit::millisecond)));
  for (size_t a = 0; a < axes.size(); ++a) table.add(kNames[a], axes[a].finish(float32()));
  return table.finish();
}

Batch make_tracks() {
  constexpr int kVehicles = 300;
  constexpr int kPoints = 3'000;
  Random random(9);
  Numbers<int64_t> at;
  Numbers<int32_t> vehicle, heading;
  Numbers<double> latitude, longitude;
  Numbers<float> speed;
  for (int v = 0; v < kVehicles; ++v) {
    int64_t now = (kSecondsBegin + random.between(0, 86'400)) * 1'000;
    int64_t north = 52'000'000 + random.noise(500'000);
    int64_t east = 13'000'000 + random.noise(500'000);
    int32_t north_step = random.noise(200);
    int32_t east_step = random.noise(200);
    for (int point = 0; point < kPoints; ++point) {
      now += random.chance(20) ? random.between(2'000, 90'000) : 1'000;
      north_step += random.noise(15), east_step += random.noise(15);
      north += north_step, east += east_step;
      at(now), vehicle(70'000 + v), latitude(static_cast<double>(north) / 1e6),
          longitude(static_cast<double>(east) / 1e6);
      speed(static_cast<float>((north_step < 0 ? -north_step : north_step) + (east_step < 0 ? -east_step : east_step)) /
            10.0F);
      heading((north_step * 3 + east_step) % 360);
    }
  }
  TableColumns table;
  table.add("vehicle", vehicle.finish(int32()));
  table.add("at", at.finish(timestamp(TimeUnit::millisecond)));
  table.add("latitude", latitude.finish(float64()));
  table.add("longitude", longitude.finish(float64()));
  table.add("speed", speed.finish(float32()));
  table.add("heading", heading.finish(int32()));
  return table.finish();
}

Batch make_counters() {
  constexpr uint32_t kHosts = 200;
  constexpr int kSamples = 4'000;
  struct Counters {
    int64_t bytes_in, bytes_out, packets, errors;
  };
  Random random(10);
  std::vector<Counters> counters(kHosts);
  Numbers<int64_t> at, bytes_in, bytes_out, packets;
  Numbers<int32_t> errors;
  Texts host;
  for (int sample = 0; sample < kSamples; ++sample) {
    for (uint32_t h = 0; h < kHosts; ++h) {
      Counters& own = counters[h];
      if (random.chance(1) && random.chance(300)) own = {};
      const uint32_t traffic = random.between(50, 400) * (1 + h % 17);
      own.bytes_in += int64_t{traffic} * random.between(700, 1'400);
      own.bytes_out += int64_t{traffic} * random.between(80, 300);
      own.packets += traffic, own.errors += random.chance(10) ? 1 : 0;
      at((kSecondsBegin + sample * 10) * 1'000'000'000), host("node-" + std::to_string(100 + h) + ".eu-west");
      bytes_in(own.bytes_in), bytes_out(own.bytes_out), packets(own.packets), errors(static_cast<int32_t>(own.errors));
    }
  }
  TableColumns table;
  table.add("at", at.finish(timestamp(TimeUnit::nanosecond)));
  table.add("host", host.finish());
  table.add("bytes_in", bytes_in.finish(int64()));
  table.add("bytes_out", bytes_out.finish(int64()));
  table.add("packets", packets.finish(int64()));
  table.add("errors", errors.finish(int32()));
  return table.finish();
}

Batch make_flows() {
  constexpr int kRows = 350'000;
  constexpr std::array<int32_t, 8> kPorts{443, 80, 53, 22, 8'080, 993, 5'432, 3'306};
  constexpr std::array<std::string_view, 3> kProtocols{"tcp", "udp", "icmp"};
  Random random(11);
  Numbers<int64_t> begin, bytes, client_number;
  Numbers<int32_t> client_port, server_port, packets, milliseconds;
  Texts client, server, client_long, protocol;
  int64_t now = kSecondsBegin * 1'000'000;
  for (int i = 0; i < kRows; ++i) {
    now += random.skewed(60'000);
    const uint32_t from = 0x0a00'0000 + random.skewed(60'000);
    const uint32_t to = random.chance(700) ? 0xc0a8'0000 + random.skewed(2'000) : static_cast<uint32_t>(random.next());
    begin(now), client(address_text(from)), server(address_text(to));
    random.chance(600) ? client_long.null() : client_long(long_address_text(random, from));
    client_number(to), client_port(static_cast<int32_t>(random.between(32'768, 60'999)));
    server_port(pick_skewed(kPorts, random)), protocol(pick_skewed(kProtocols, random));
    const uint32_t count = 1 + random.skewed(5'000);
    packets(static_cast<int32_t>(count)), bytes(int64_t{count} * random.between(40, 1'500));
    milliseconds(static_cast<int32_t>(random.skewed(600'000)));
  }
  TableColumns table;
  table.add("begin", begin.finish(timestamp(TimeUnit::microsecond)));
  table.add("client", client.finish());
  table.add("server", server.finish());
  table.add("client_v6", client_long.finish());
  table.add("server_number", client_number.finish(int64()));
  table.add("client_port", client_port.finish(int32()));
  table.add("server_port", server_port.finish(int32()));
  table.add("protocol", protocol.finish());
  table.add("packets", packets.finish(int32()));
  table.add("bytes", bytes.finish(int64()));
  table.add("milliseconds", milliseconds.finish(int32()));
  return table.finish();
}

Batch make_sparse() {
  constexpr int kRows = 150'000;
  constexpr size_t kOfEach = 20;
  Random random(12);
  Numbers<int64_t> at;
  std::vector<Numbers<int64_t>> codes(kOfEach);
  std::vector<Numbers<double>> readings(kOfEach);
  std::vector<Texts> words(kOfEach);
  for (int i = 0; i < kRows; ++i) {
    at((kSecondsBegin + i) * 1'000'000);
    for (uint32_t c = 0; c < kOfEach; ++c) {
      const uint32_t per_thousand = c < 10 ? 100 - c * 10 : 20 - c;
      random.chance(per_thousand) ? codes[c](random.skewed(2'000'000)) : codes[c].null();
      random.chance(per_thousand) ? readings[c](random.noise(1'000'000) / 1'000.0) : readings[c].null();
      random.chance(per_thousand) ? words[c]("value " + std::to_string(random.skewed(5'000))) : words[c].null();
    }
  }
  TableColumns table;
  table.add("at", at.finish(timestamp(TimeUnit::microsecond)));
  for (size_t c = 0; c < kOfEach; ++c) {
    const std::string number = std::to_string(c);
    table.add("code_" + number, codes[c].finish(int64()));
    table.add("reading_" + number, readings[c].finish(float64()));
    table.add("word_" + number, words[c].finish());
  }
  return table.finish();
}

}  // namespace sluice::bench
