// Explain shows what a network looked at. For each input it prints what the network
// predicts, and draws the input beside a heat map for each way of explaining that.
//
//	go run ./examples/explain
//	go install github.com/pullback-go/pullback/examples/explain@latest
//	explain 7
//	explain -model resnet50.onnx -labels imagenet.txt -resize 256 -crop 224 cat.jpg
//	explain -model rec.onnx -text -keys keys.txt -target text line.png
//	explain -arch resnet18 -weights resnet18.safetensors -labels imagenet.txt cat.jpg
//	explain -composite epsilon_plus,none -target top:3 -o out -html report.html photos/
//	explain -plan -arch vgg16 -weights vgg16.safetensors -composite epsilon_gamma_box
//
// Without arguments it draws seven explanations of a digit, of a garment and of a line of
// text, by three embedded networks. Inputs are files and folders. A folder inside of a folder names the
// label of its files. The command explain -h lists the flags.
//
// One input gives one picture. Several give a folder with a picture and a record for
// each, which -resume reads. A file is written under another name first, so whatever has
// its name is complete. With -shard 2/3 the second third of the inputs is explained, and
// the files of all three are those of one run, bit for bit.
//
// Three commands work on pictures: show-cmaps draws the color maps, palette-swap gives a
// heat map other colors, and palette-fit does so for a picture without a palette.
//
// The exit code is 0 if every input was explained, 1 if one was not, 2 for a wrong
// command line.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/pullback-go/pullback/examples/internal/flags"
)

func main() {
	signal.Ignore(syscall.SIGPIPE) // who stops reading what is printed still gets the files
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends the program at once
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// The exit codes of the program.
const (
	exitDone   = 0
	exitFailed = 1
	exitUsage  = 2
)

// run is the program. Once ctx is done, it finishes the inputs it has begun.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	err := dispatch(ctx, args, stdout, stderr)
	var usage *usageError
	switch {
	case err == nil || errors.Is(err, flag.ErrHelp):
		return exitDone
	case errors.As(err, &usage):
		fmt.Fprintf(stderr, "explain: %s\n", flags.OneLine(err.Error()))
		return exitUsage
	}
	fmt.Fprintf(stderr, "explain: %s\n", flags.OneLine(err.Error()))
	return exitFailed
}

// usageError is a wrong command line.
type usageError struct{ error }

func (e *usageError) Unwrap() error { return e.error }

// dispatch runs the command that the first argument names, or explains.
func dispatch(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	if len(args) > 0 {
		if c, ok := pictureCommands()[args[0]]; ok {
			return c(args[1:], stdout, stderr)
		}
	}
	s, err := parse(args, stderr)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return err
	case err != nil:
		return &usageError{err}
	case s.plan:
		return printPlan(stdout, s)
	}
	return explain(ctx, s, stdout, stderr)
}
