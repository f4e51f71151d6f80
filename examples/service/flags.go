package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"time"

	"github.com/pullback-go/pullback/examples/internal/flags"
	"github.com/pullback-go/pullback/examples/internal/method"
	"github.com/pullback-go/pullback/examples/internal/network"
	"github.com/pullback-go/pullback/examples/internal/sheet"
)

// options are the checked values of the flags.
type options struct {
	source  network.Source
	reader  network.ReaderFlags
	choice  method.Choice
	drawing sheet.Drawing

	address                         string
	timeout                         time.Duration
	atOnce, waiting                 int
	fileBytes, imageBytes, elements int
}

func parse(args []string, w io.Writer) (options, error) {
	var o options
	f := flag.NewFlagSet("service", flag.ContinueOnError)
	parts := []interface {
		Register(f *flag.FlagSet)
		Check(f *flag.FlagSet) error
	}{&o.source, &o.reader, &o.choice, &o.drawing}
	for _, p := range parts {
		p.Register(f)
	}
	f.StringVar(&o.address, "addr", "localhost:8080", "the `address` to listen at")
	f.DurationVar(&o.timeout, "timeout", 30*time.Second, "the `time` that a request may take")
	f.IntVar(&o.atOnce, "at-once", 2, "the `number` of requests to compute at a time")
	f.IntVar(&o.waiting, "waiting", 16, "the `number` of further requests that may wait")
	f.IntVar(&o.fileBytes, "most-bytes", 10<<20, "the `size` of an uploaded file in bytes")
	f.IntVar(&o.imageBytes, "most-image-bytes", 256<<20, "the `memory` in bytes that decoding an image may take")
	f.IntVar(&o.elements, "most-elements", 1<<20, "the `size` of a network's input in numbers")
	if err := flags.Parse(f, args, w); err != nil {
		return o, err
	}
	for _, p := range parts {
		if err := p.Check(f); err != nil {
			return o, err
		}
	}
	if o.choice.Baselines != "" {
		return o, errors.New("-baselines: the service has no samples to compare with")
	}
	return o, o.limits()
}

func (o options) limits() error {
	if o.timeout <= 0 || o.timeout > 24*time.Hour {
		return fmt.Errorf("-timeout %v: want more than 0, and at most a day", o.timeout)
	}
	const most = 1 << 40
	return errors.Join(
		flags.Whole("at-once", o.atOnce, 1, 1<<10, "requests"), flags.Whole("waiting", o.waiting, 0, 1<<20, "requests"),
		flags.Whole("most-bytes", o.fileBytes, 1, most, "bytes"), flags.Whole("most-image-bytes", o.imageBytes, 1, most, "bytes"),
		flags.Whole("most-elements", o.elements, 1, most, "numbers"),
	)
}
