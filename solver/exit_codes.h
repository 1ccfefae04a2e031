/*
  exit_codes.h - what the process says to its shell and to a queue.
*/
#ifndef SOLVER_EXIT_CODES_H
#define SOLVER_EXIT_CODES_H

typedef enum {
  EXIT_DONE     = 0, /* the programme ran to its end */
  EXIT_INTERNAL = 1, /* a fault of the program: please report */
  EXIT_USER     = 2, /* the deck, the command line, a file or the disk: the message says what to change */
  EXIT_PHYSICS  = 3, /* the run itself went wrong: a grain left the die, a stage found no balance; summary.json says
                        what, and from which checkpoint to go on by other means */
  EXIT_STOPPED = 75, /* stopped on a signal or the wall-time limit, checkpoint written: start again with -restart
                        (EX_TEMPFAIL of sysexits.h, "try again later") */
} ExitCode;

#endif
