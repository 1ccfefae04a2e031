/*
  bulk_spectral.h - symmetric 3x3 tensors by their principal values; xx yy zz xy yz zx.
*/
#ifndef MATERIALS_BULK_SPECTRAL_H
#define MATERIALS_BULK_SPECTRAL_H

extern const int sym3[3][3]; /* where component ij is among the six */

/* a = sum over p of value[p] n[p] (x) n[p]; n is orthonormal to rounding whatever the values, equal ones too.  A tensor
   that is not finite gives values that are not. */
void sym3_principal(const double a[6], double value[3], double n[3][3]);

/* The inverse of that. */
void sym3_compose(const double value[3], const double n[3][3], double a[6]);

/* (ln x - ln y)/(x - y) for x, y > 0 given with their logarithms; right to rounding as y tends to x. */
double log_slope(double x, double y, double log_x, double log_y);

#endif
