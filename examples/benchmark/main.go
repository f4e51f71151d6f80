// Benchmark times jobs that are named for what they do: networks forward, their gradients
// and explanations, matrix products, convolutions. Everything but gemm/f64 is float32.
// Weights are random from a seed, and jobs are compiled before the clock starts.
//
//	go run ./examples/benchmark -list
//	go run ./examples/benchmark -job 'resnet18/*/b1' -n 5 -threads 2
//	go run ./examples/benchmark -job digits/forward/b1 -json
//
// The jobs:
//
//	NET/forward/bN                  logits of a batch of N
//	NET/gradient/bN                 gradient of one logit of each sample with respect to the input
//	NET/epsilon_plus/bN             relevance of one logit of each sample by rules.EpsilonPlus, batch
//	                                normalization merged; so for epsilon_gamma_box, of a box
//	                                from -3 to 3, and epsilon_alpha2_beta1
//	NET/betasmooth_second/bN        gradient of the sum of v times the attribution by
//	                                rules.BetaSmooth, for a given v; egb_second with
//	                                epsilon_gamma_box
//	resnet18/smoothgrad20/b1        SmoothGrad of 20 gradients, and integrads20, integrated gradients
//	digits/train/b64                a step of Adam: loss, gradient, next weights and moments
//	gemm/f32/N, gemm/f64/N          product of two matrices, N by N
//	conv/LAYER/forward              one layer of VGG or ResNet at batch 1; its adjoints
//	                                towards input and weights
//
// NET is vgg16, resnet18 or resnet50 on images of 224 by 224 pixels, or digits, a small
// network on images of 8 by 8.
//
// After two warm-up runs, N runs are timed. A job that takes less than 50 ms is repeated
// within a run for about that long. With -json each job prints one object. In it median_s
// and min_s are seconds, and spread is the range between the quartiles as a fraction of
// the median. The resident memory after building the model is rss_before_mb, and its peak
// while the job is compiled and run is peak_rss_mb, both in units of 2²⁰ bytes. (On
// systems other than Linux, both are the memory that the program has requested from the
// system so far.)
package main

import (
	"os"

	"github.com/pullback-go/pullback/examples/internal/flags"
)

func main() {
	o, err := parse(os.Args[1:], os.Stderr)
	if err == nil {
		err = benchmark(os.Stdout, o)
	}
	flags.Exit("benchmark", err)
}
