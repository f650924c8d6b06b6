// Sizes, counts and times as people read and write them: public, because the program speaks in them too.
#pragma once

#include "sluice/units.h"
