// Charlm trains a small transformer on a text of a few kilobytes, character by character,
// and lets it continue a beginning.
//
//	go run ./examples/charlm
//	go run ./examples/charlm -text story.txt -prompt "The sea " -steps 2000
//
// The embedded text is so short that the network soon knows it by heart.
package main

import (
	"context"
	_ "embed"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"
	"time"

	"github.com/pullback-go/pullback/examples/internal/flags"
	"github.com/pullback-go/pullback/examples/internal/meter"
	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/fn/random"
	"github.com/pullback-go/pullback/nn"
	"github.com/pullback-go/pullback/nn/optim"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
)

//go:embed text.txt
var story string

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	flags.Exit("charlm", run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// settings are those of the command line.
type settings struct {
	text, prompt                 string
	steps, batch, length, seed   int
	width, heads, layers, window int
	rate, temperature            float64
}

func parse(args []string, w io.Writer) (s settings, err error) {
	f := flag.NewFlagSet("charlm", flag.ContinueOnError)
	f.StringVar(&s.text, "text", "", "a file with the text to learn; empty for the embedded one")
	f.StringVar(&s.prompt, "prompt", "The keeper ", "the beginning to continue")
	f.IntVar(&s.steps, "steps", 800, "steps of training")
	f.IntVar(&s.batch, "batch", 16, "pieces of the text in a step")
	f.IntVar(&s.window, "window", 64, "characters that the network sees")
	f.IntVar(&s.width, "width", 64, "numbers for each character; a multiple of -heads")
	f.IntVar(&s.heads, "heads", 4, "heads of attention")
	f.IntVar(&s.layers, "layers", 2, "layers of the transformer")
	f.IntVar(&s.length, "length", 300, "characters to write")
	f.IntVar(&s.seed, "seed", 1, "of weights, of pieces and of what is drawn")
	f.Float64Var(&s.rate, "rate", 0.01, "the highest learning rate")
	f.Float64Var(&s.temperature, "temperature", 0.5, "how freely characters are drawn; 0 takes the likeliest")
	if err := flags.Parse(f, args, w); err != nil {
		return s, err
	}
	if !(s.rate > 0 && s.rate < 10) || !(s.temperature >= 0 && s.temperature < 100) {
		return s, fmt.Errorf("-rate %v -temperature %v: want a rate from above 0 to below 10, and a temperature from 0 to below 100", s.rate, s.temperature)
	}
	if s.prompt == "" {
		return s, errors.New("-prompt is empty: give at least one character")
	}
	err = errors.Join(
		flags.Whole("steps", s.steps, 0, 1_000_000, "steps"), flags.Whole("batch", s.batch, 1, 10_000, "pieces"),
		flags.Whole("window", s.window, 1, 4096, "characters"), flags.Whole("heads", s.heads, 1, 64, "heads"),
		flags.Whole("layers", s.layers, 1, 64, "layers"), flags.Whole("length", s.length, 0, 1_000_000, "characters"),
		flags.Whole("width", s.width, 1, 4096, "numbers"))
	if err == nil && s.width%s.heads != 0 {
		err = fmt.Errorf("-width %d is no multiple of -heads %d", s.width, s.heads)
	}
	return s, err
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	s, err := parse(args, stdout)
	if err != nil {
		return err
	}
	text := story
	if s.text != "" {
		file, err := os.ReadFile(s.text)
		if err != nil {
			return err
		}
		text = string(file)
	}
	a := newAlphabet(text)
	ids, err := a.numbers(text)
	if err != nil {
		return err
	}
	if len(ids) <= s.window {
		return fmt.Errorf("the text has %d characters: want more than the %d of -window", len(ids), s.window)
	}
	prompt, err := a.numbers(s.prompt)
	if err != nil {
		return fmt.Errorf("-prompt: %w", err)
	}
	keys := random.Split(random.Key(int64(s.seed)), 3)
	model := nn.Init(newTransformer(len(a.runes), s), fn.Index(keys, 0))
	start := time.Now()
	model, loss, err := learn(ctx, s, model, trace.New(ids), fn.Index(keys, 1), stderr)
	if err != nil {
		return err
	}
	fmt.Fprintf(stdout, "%d characters, %d parameters, %d steps in %.1f s: loss %.3f\n\n",
		len(ids), size(model), s.steps, time.Since(start).Seconds(), loss)
	fmt.Fprintln(stdout, a.text(continued(s, model, prompt, fn.Index(keys, 2))))
	return nil
}

// alphabet are the characters of a text, in order.
type alphabet struct{ runes []rune }

func newAlphabet(text string) alphabet {
	all := []rune(text)
	slices.Sort(all)
	return alphabet{slices.Compact(all)}
}

func (a alphabet) numbers(text string) ([]int64, error) {
	var out []int64
	for _, r := range text {
		i, found := slices.BinarySearch(a.runes, r)
		if !found {
			return nil, fmt.Errorf("the character %q does not occur in the text", r)
		}
		out = append(out, int64(i))
	}
	return out, nil
}

func (a alphabet) text(numbers []int64) string {
	var b strings.Builder
	for _, i := range numbers {
		b.WriteRune(a.runes[i])
	}
	return b.String()
}

// learn trains the model on pieces of the text, each with the next character at each place
// as its label. It returns the mean loss of the last steps.
func learn(ctx context.Context, s settings, model transformer, ids, key trace.Value, stderr io.Writer) (transformer, float64, error) {
	loss := func(m transformer, pieces trace.Value) trace.Value {
		seen, next := fn.At(pieces, fn.Every, fn.Span(0, s.window)), fn.At(pieces, fn.Every, fn.Span(1, s.window+1))
		logits := m.Apply(seen)
		return nn.CrossEntropy(fn.Reshape(logits, -1, logits.Dim(-1)), fn.Reshape(next, -1))
	}
	optimizer := optim.Chain(optim.ClipNorm(1), optim.AdamW(optim.OneCycle(s.rate, max(s.steps, 1)), optim.AdamConfig{Decay: 0.01}))
	step := transforms.JitN(optim.Step(optimizer, loss))
	pieces := transforms.JitN(func(key, ids trace.Value) trace.Value { // from random places on
		from := random.Randint(key, 0, int64(ids.Dim(0)-s.window), s.batch)
		return fn.Take(ids, fn.Add(fn.ExpandDims(from, 1), fn.Arange(trace.Int64, 0, float64(s.window+1), 1)), 0)
	})
	state, bar, sum, last := optim.Init(optimizer, model), meter.New(stderr, s.steps), 0.0, 0
	for i := range s.steps {
		if err := ctx.Err(); err != nil {
			bar.Clear()
			return model, 0, err
		}
		var value trace.Value
		model, state, value = step(model, state, pieces(random.FoldIn(key, int64(i)), ids))
		if i >= s.steps-20 {
			sum, last = sum+value.Float64(), last+1
		}
		bar.Step(1)
	}
	bar.Clear()
	return model, sum / float64(max(last, 1)), nil
}

// size is the number of parameters.
func size(m transformer) (n int) {
	for _, p := range nn.Params(m) {
		n += p.Value.Size()
	}
	return n
}

// continued continues a text. The model sees a window of a fixed length, so that one
// compiled function serves; places behind the text do not matter, as no place sees those
// behind it.
func continued(s settings, model transformer, ids []int64, key trace.Value) []int64 {
	type request struct{ Window, Place, Key trace.Value }
	next := transforms.Jit(func(r request) trace.Value {
		logits := fn.At(model.Apply(fn.ExpandDims(r.Window, 0)), 0, r.Place)
		if s.temperature == 0 {
			return fn.ArgMax(logits, 0)
		}
		return random.Categorical(r.Key, fn.Scale(logits, 1/s.temperature))
	})
	for i := range s.length {
		seen := ids[max(0, len(ids)-s.window):]
		window := append(slices.Clone(seen), make([]int64, s.window-len(seen))...)
		id := next(request{trace.New(window), trace.Scalar(int64(len(seen) - 1)), random.FoldIn(key, int64(i))})
		ids = append(ids, trace.Item[int64](id))
	}
	return ids
}
