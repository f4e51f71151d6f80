// Package fft has the discrete Fourier transforms.
//
// A complex array is a pair of arrays, its real and its imaginary part, both f32 or both
// f64. Transforms run along an axis of any length n, for every place on the other axes, in a
// time in proportion to n log n. f32 is computed in f64 and rounded. A transform is linear:
// its derivative is the transform of the tangent, and a cotangent goes back by the transform
// of the other direction.
//
// # Families
//
// Transforms:
//
//	FFT IFFT RFFT IRFFT FFT2 IFFT2
//
// Frequencies:
//
//	FFTFreq RFFTFreq FFTShift IFFTShift
//
// What programs are read from text with:
//
//	Ops
package fft
