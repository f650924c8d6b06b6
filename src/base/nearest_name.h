// "Did you mean ...?": public, because the program asks it too.
#pragma once

#include "sluice/nearest_name.h"
