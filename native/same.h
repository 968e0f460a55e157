#ifndef PAUSE_SAME_H
#define PAUSE_SAME_H

/* Whether two directories hold the same: names, kinds, owners, modes, contents and link targets, all the way down. */
int same_trees(int a, int b);

#endif
