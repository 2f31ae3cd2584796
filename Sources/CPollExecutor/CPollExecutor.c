#include "CPollExecutor.h"
