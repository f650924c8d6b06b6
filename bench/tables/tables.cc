// The list of the bench tables.
#include "tables/tables.h"

namespace sluice::bench {

namespace {

constexpr Table kTables[] = {
    {"orders", "order lines: ids, money as doubles, dates, short texts", make_orders},
    {"trips", "taxi trips: 19 columns of small ranges, money as doubles, some nulls", make_trips},
    {"ledger", "bookings: decimals, running balances, references", make_ledger},
    {"trades", "irregular nanoseconds, prices that walk, skewed symbols", make_trades},
    {"keys", "ascending ids, foreign keys clustered and random", make_keys},
    {"choices", "twelve columns of few distinct values, one of them sorted", make_choices},
    {"weather", "regular seconds, slow walks as doubles, rounded and not", make_weather},
    {"motion", "float32 of noisy sensors, milliseconds with jitter", make_motion},
    {"tracks", "positions of vehicles: degrees with six decimals, speed, heading", make_tracks},
    {"counters", "counters of 200 hosts that grow and reset", make_counters},
    {"flows", "connections: addresses as text and numbers, ports, bytes", make_flows},
    {"sparse", "60 columns, nine tenths to 999 thousandths of them null", make_sparse},
    {"requests", "lines of a web log: addresses, paths, agents", make_requests},
    {"hashes", "UUIDs, digests and random numbers: nothing to gain", make_hashes},
    {"documents", "texts of some hundred words", make_documents},
    {"paths", "sorted paths of files, sizes, times", make_paths},
    {"events", "nested: structs, lists of texts, lists of structs", make_events},
};

constexpr Table kReadTables[] = {
    {"carts", "nested: lists of texts, of structs, of numbers, structs in structs, some missing", make_carts},
};

}  // namespace

std::span<const Table> tables() { return kTables; }
std::span<const Table> read_tables() { return kReadTables; }

}  // namespace sluice::bench
