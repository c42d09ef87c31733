#ifndef SANDGLASS_TICK_RATE_H
#define SANDGLASS_TICK_RATE_H

/*
 * This processor's time-stamp counter, in kHz. A guest under software emulation reads the same counter, and its kernel would measure it
 * against an emulated timer that a busy machine serves late: it would find no rate at all and boot no further.
 */
unsigned long tick_rate_khz(void);

#endif
