#define _GNU_SOURCE /* fallocate */
#include "postproc/files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

enum { PATH_BYTES = 1200 };

int file_touch(const char path[])
{
  FILE *f = fopen(path, "wb");

  if (!f) return errno;
  return fclose(f) ? errno : 0;
}

int file_room(const char path[], long long bytes)
{
  const int      fd     = open(path, O_WRONLY | O_CREAT, 0666);
  int            failed = 0;
  struct statvfs vfs;

  if (fd < 0) return errno;
  if (fallocate(fd, 0, 0, bytes)) failed = errno;
  if (failed && failed != ENOSPC && failed != EDQUOT &&
      failed != EFBIG) { /* a file system that cannot reserve: ask it */
    failed = fstatvfs(fd, &vfs) ? errno : 0;
    if (!failed && (double)vfs.f_bavail * (double)vfs.f_frsize < (double)bytes) failed = ENOSPC;
  }
  if (ftruncate(fd, 0) && !failed) failed = errno;
  if (close(fd) && !failed) failed = errno;
  return failed;
}

int file_make_folder(const char path[])
{
  char        part[PATH_BYTES];
  struct stat st;

  if (snprintf(part, sizeof(part), "%s", path) >= (int)sizeof(part)) return ENAMETOOLONG;
  for (char *c = part + 1; *c; c++) {
    if (*c != '/') continue;
    *c = 0;
    if (mkdir(part, 0777) && errno != EEXIST) return errno;
    *c = '/';
  }
  if (mkdir(part, 0777) && errno != EEXIST) return errno;
  if (stat(part, &st)) return errno;
  return S_ISDIR(st.st_mode) ? 0 : ENOTDIR;
}

/* A file system may not know fsync on this kind of file: that is no error. */
static int sync_path(const char path[], int flags)
{
  const int fd     = open(path, flags);
  int       failed = 0;

  if (fd < 0) return errno;
  if (fsync(fd) && errno != EINVAL && errno != ENOTSUP) failed = errno;
  if (close(fd) && !failed) failed = errno;
  return failed;
}

int file_commit(const char tmp[], const char path[])
{
  char  folder[PATH_BYTES];
  char *slash;
  int   failed = sync_path(tmp, O_RDWR);

  if (failed) return failed;
  if (rename(tmp, path)) return errno;
  if (snprintf(folder, sizeof(folder), "%s", path) >= (int)sizeof(folder)) return ENAMETOOLONG;
  slash = strrchr(folder, '/');
  if (slash) slash[slash == folder] = 0;
  (void)sync_path(slash ? folder : ".", O_RDONLY | O_DIRECTORY); /* makes the rename durable where it can */
  return 0;
}

int file_replace(const char path[], const char text[])
{
  char  tmp[PATH_BYTES];
  FILE *f;
  int   failed = 0;

  if (snprintf(tmp, sizeof(tmp), "%s.tmp", path) >= (int)sizeof(tmp)) return ENAMETOOLONG;
  f = fopen(tmp, "wb");
  if (!f) return errno;
  if (fputs(text, f) < 0) failed = errno;
  if (fclose(f) && !failed) failed = errno;
  if (!failed) failed = file_commit(tmp, path);
  if (failed) unlink(tmp);
  return failed;
}

int file_read(const char path[], char **text)
{
  FILE *f = fopen(path, "rb");
  long  length;
  int   failed = 0;

  *text = NULL;
  if (!f) return errno == ENOENT ? 0 : errno;
  if (fseek(f, 0, SEEK_END) || (length = ftell(f)) < 0 || fseek(f, 0, SEEK_SET)) failed = errno;
  else if (!(*text = malloc((size_t)length + 1))) failed = ENOMEM;
  else {
    const size_t got = fread(*text, 1, (size_t)length, f);

    (*text)[got] = 0;
    if (ferror(f)) failed = EIO;
  }
  fclose(f);
  if (failed) {
    free(*text);
    *text = NULL;
  }
  return failed;
}
