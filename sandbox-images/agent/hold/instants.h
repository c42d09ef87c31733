#ifndef SANDGLASS_INSTANTS_H
#define SANDGLASS_INSTANTS_H

/* Finds what the interpreter remembers of when it was started; notes the time. */
void instants_stop(void);

/* Moves that on by the time that has gone by since, so that a program that asks how long it has run is told how long it has run. */
void instants_go(void);

#endif
