/*
  files.h - small files handled by one process so that a killed run never leaves half a file under a good name.
  libc only; every function returns 0 or an errno.
*/
#ifndef POSTPROC_FILES_H
#define POSTPROC_FILES_H

/* Makes `path` an empty file; says in the system's own words why it cannot be written. */
int file_touch(const char path[]);
/* Is there room for `bytes` in the empty file `path`?  ENOSPC or EDQUOT when not; the file is empty again afterwards.
 */
int file_room(const char path[], long long bytes);
/* Makes a folder and those above it; an existing one is fine. */
int file_make_folder(const char path[]);
/* Forces tmp to disk and gives it its name, replacing what stood there. */
int file_commit(const char tmp[], const char path[]);
/* Replaces the content of `path` by text, by way of path.tmp. */
int file_replace(const char path[], const char text[]);
/* Whole file as a string the caller frees; *text is NULL when there is no such file (that is no error). */
int file_read(const char path[], char **text);

#endif
