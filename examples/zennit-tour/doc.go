// Zennit-tour is for those who know Zennit. It shows Zennit's how-tos as short pieces of
// this library, each of which runs and prints its results.
//
//	go run ./examples/zennit-tour              all pieces in order; pictures go into the folder tour
//	go run ./examples/zennit-tour -list        their names
//	go run ./examples/zennit-tour -piece NAME  one of them
//	go run ./examples/zennit-tour -table       what of Zennit is replaced by what, and differs how: table.txt
//	go run ./examples/zennit-tour -o DIR       another folder
//
// The subject is a small trained network for handwritten digits, in float64. Numbers to
// be checked by hand come from a layer of three weights. Zennit: Anders et al., "Software
// for Dataset-wide XAI: From Local Explanations to Global Insights with Zennit, CoRelAy,
// and ViRelAy", arXiv:2106.13200, 2021. Defaults are those of Zennit 1.0 unless the table
// says otherwise.
package main
