/* qjs.c links its interactive mode as compiled JavaScript. Here a file is always named, so the mode is empty. */
#include <stdint.h>

const uint8_t qjsc_repl[1];
const uint32_t qjsc_repl_size = 0;
