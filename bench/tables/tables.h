// Tables of different character, to see how small files become: each drawn from a seed, 20 to 60 MB in Arrow layout.
//
//   for (const sluice::bench::Table& table : sluice::bench::tables()) write(table.name, table.make());
#pragma once

#include <span>
#include <string_view>

#include "sluice/batch.h"

namespace sluice::bench {

struct Table {
  std::string_view name;
  std::string_view words;  ///< what is in it
  Batch (*make)();
};

/// Those whose sizes are compared, in the order in which they are shown.
std::span<const Table> tables();
/// Those that are there to be read alone.
std::span<const Table> read_tables();

// business.cc
Batch make_orders();
Batch make_trips();
Batch make_ledger();
Batch make_trades();
Batch make_keys();
Batch make_choices();
// machines.cc
Batch make_weather();
Batch make_motion();
Batch make_tracks();
Batch make_counters();
Batch make_flows();
Batch make_sparse();
// texts.cc
Batch make_requests();
Batch make_hashes();
Batch make_documents();
Batch make_paths();
Batch make_events();
// nested.cc
Batch make_carts();

}  // namespace sluice::bench
