// Which type a field gets when a value comes that its own cannot hold, and which columns can become which (DESIGN,
// "Inference and JSON": one run, one schema; docs/evolution.md has the table). No value changes on the way: where the
// values that are there already do not allow a type, the next wider one is taken, in the end the text of each value.
#pragma once

#include <functional>

#include "sluice/types.h"

namespace sluice {

/// Whether a column of type `from` can be made one of type `to` as columns/evolved.h does it: told by types alone, so
/// that single values may still stand against it (an int64 that no double keeps).
bool evolves(const Type& from, const Type& to);

/// Whether every value of the type has a text in JSON: all but bytes and shapes, at any depth.
bool has_json_text(const Type& type);

/// Whether a field of the type can get a wider one where any value has come. `mixed`: the type that keeps each value's
/// own text, json() or string().
bool can_widen(const Type& type, const Type& mixed);

/// The type for a field of type `known` that has met values which it cannot hold and for which inference says `seen`.
/// `keeps`: whether the values that came before all stay what they are in a type; asked only where types alone do not
/// tell. Never `known` itself. Requires can_widen(known, mixed).
Type wider_type(const Type& known, const Type& seen, const Type& mixed, const std::function<bool(const Type&)>& keeps);

}  // namespace sluice
