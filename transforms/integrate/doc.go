// Package integrate has integrals of functions and solutions of ordinary differential
// equations, as functions of values: both have derivatives of every order by whatever
// they depend on, may be batched and compiled.
package integrate
