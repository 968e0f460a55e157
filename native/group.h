/* fsGroup: a group may use a whole volume. */
#ifndef PAUSE_GROUP_H
#define PAUSE_GROUP_H

/*
 * Gives a directory and everything below it to a group, which may read and write it; directories hand their group on to
 * what is made in them. The root comes last: it says that the rest is done. Returns 0 or -errno.
 * Source: kubelet pkg/volume/volume_linux.go
 */
long give_to_group(int root, unsigned gid);

/* Whether the root looks as `give_to_group` leaves it (fsGroupChangePolicy: OnRootMismatch). */
int is_given_to_group(int root, unsigned gid);

#endif
