// Explain shows what a network looked at: it reads a handwritten digit, prints what the
// network takes it for, and draws the image beside a heat map for each way of explaining
// that decision.
//
//	go run ./examples/explain
//	go run ./examples/explain -image mine.png -class 3 -composite epsilon_plus -attributor smoothgrad -cmap coldnhot -o mine.out.png
//
// Without flags: the embedded digits network, an embedded digit, the class with the
// largest output, and seven explanations. With -composite or -attributor only that one is
// drawn.
package main

import (
	"os"

	"github.com/pullback-go/pullback/examples/internal/flags"
)

func main() {
	o, err := parse(os.Args[1:], os.Stderr)
	if err == nil {
		err = explain(os.Stdout, o)
	}
	flags.Exit("explain", err)
}
