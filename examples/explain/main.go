// Explain shows what a network looked at. It reads a handwritten digit, prints which
// digit the network sees, and draws the image beside a heat map for each way of
// explaining that decision.
//
//	go run ./examples/explain
//	go run ./examples/explain -image mine.png -class 3 -composite epsilon_plus \
//	    -attributor smoothgrad -cmap coldnhot -o mine.out.png
//
// Without flags it draws seven explanations of an embedded digit by the embedded digits
// network, for the class with the largest output. With -composite or -attributor it draws
// only that one.
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
