// Train trains a small convolutional network on images, and writes its weights and a
// picture of its loss.
//
//	go run ./examples/train
//	go run ./examples/train -data fashion
//
// The digits are embedded. Fashion-MNIST is read from the files of Debian's package
// dataset-fashion-mnist, or from those in -folder. The weights have PyTorch's names.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"time"

	"github.com/pullback-go/pullback/examples/internal/dataset"
	"github.com/pullback-go/pullback/examples/internal/digits"
	"github.com/pullback-go/pullback/examples/internal/fashion"
	"github.com/pullback-go/pullback/examples/internal/flags"
	"github.com/pullback-go/pullback/examples/internal/meter"
	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/fn/random"
	"github.com/pullback-go/pullback/nn"
	"github.com/pullback-go/pullback/nn/optim"
	"github.com/pullback-go/pullback/nn/safetensors"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	flags.Exit("train", run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// settings are those of the command line.
type settings struct {
	data, folder, out, curve     string
	epochs, batch, seed, samples int
	rate                         float64
}

func parse(args []string, w io.Writer) (s settings, err error) {
	f := flag.NewFlagSet("train", flag.ContinueOnError)
	f.StringVar(&s.data, "data", "digits", "what to train on: digits or fashion")
	f.StringVar(&s.folder, "folder", dataset.FashionFolder, "the folder with the files of Fashion-MNIST")
	f.IntVar(&s.epochs, "epochs", 0, "how often to see each image; 0 means 30 for digits and 6 for fashion")
	f.IntVar(&s.batch, "batch", 64, "images in a step")
	f.Float64Var(&s.rate, "rate", 0.003, "the highest learning rate")
	f.IntVar(&s.seed, "seed", 1, "of the first weights and of the order of the images")
	f.IntVar(&s.samples, "samples", 0, "how many images to train on; 0 means all")
	f.StringVar(&s.out, "out", "weights.safetensors", "the file for the weights; empty for none")
	f.StringVar(&s.curve, "curve", "loss.png", "the file for the picture of the loss; empty for none")
	if err := flags.Parse(f, args, w); err != nil {
		return s, err
	}
	if s.epochs == 0 {
		s.epochs = map[string]int{"digits": 30, "fashion": 6}[s.data]
	}
	if s.data != "digits" && s.data != "fashion" {
		return s, fmt.Errorf("-data %s: want digits or fashion", flags.Quote(s.data))
	}
	if !(s.rate > 0 && s.rate < 10) {
		return s, fmt.Errorf("-rate %v: want a number above 0 and below 10", s.rate)
	}
	return s, errors.Join(
		flags.Whole("epochs", s.epochs, 1, 10000, "rounds"),
		flags.Whole("batch", s.batch, 1, 10000, "images"),
		flags.Whole("samples", s.samples, 0, 1<<30, "images"))
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	s, err := parse(args, stdout)
	if err != nil {
		return err
	}
	if s.data == "digits" {
		train, test, err := dataset.Digits()
		if err != nil {
			return err
		}
		return learn(ctx, s, digits.Untrained(), train, test, stdout, stderr)
	}
	train, test, err := dataset.Fashion(s.folder)
	if err != nil {
		return err
	}
	return learn(ctx, s, fashion.Untrained(), train, test, stdout, stderr)
}

// learn trains a model, tells how well it does, and writes the files.
func learn[M nn.Layer](ctx context.Context, s settings, model M, train, test dataset.Set, stdout, stderr io.Writer) error {
	if s.samples > 0 && s.samples < train.Len() {
		train = train.Part(0, s.samples)
	}
	start := time.Now()
	t := newTraining(s, model, train.Len())
	bar := meter.New(stderr, s.epochs*t.steps)
	for epoch := range s.epochs {
		if err := t.epoch(ctx, epoch, train, bar.Step); err != nil {
			bar.Clear()
			return err
		}
		bar.Clear()
		fmt.Fprintf(stdout, "epoch %d of %d: loss %.4f\n", epoch+1, s.epochs, t.mean())
	}
	right, err := accuracy(ctx, t.model, test)
	if err != nil {
		return err
	}
	fmt.Fprintf(stdout, "%d images, %d epochs in %.1f s: %.2f %% of %d test images are right\n",
		train.Len(), s.epochs, time.Since(start).Seconds(), 100*right, test.Len())
	if s.out != "" {
		if err := write(s.out, t.model); err != nil {
			return err
		}
		fmt.Fprintln(stdout, "wrote", s.out)
	}
	if s.curve != "" {
		if err := drawCurve(s.curve, t.losses, t.steps); err != nil {
			return err
		}
		fmt.Fprintln(stdout, "wrote", s.curve)
	}
	return nil
}

// training is a model while it learns.
type training[M nn.Layer] struct {
	model  M
	state  optim.State[M]
	step   func(M, optim.State[M], dataset.Set) (M, optim.State[M], trace.Value)
	key    trace.Value // of the order of the images
	batch  int
	steps  int // in an epoch
	losses []float64
}

func newTraining[M nn.Layer](s settings, model M, images int) *training[M] {
	keys := random.Split(random.Key(int64(s.seed)), 2)
	t := &training[M]{model: nn.Init(model, fn.Index(keys, 0)), key: fn.Index(keys, 1), batch: min(s.batch, images)}
	t.steps = images / t.batch
	loss := func(m M, d dataset.Set) trace.Value { return nn.CrossEntropy(m.Apply(d.Images), d.Labels) }
	optimizer := optim.Chain(optim.ClipNorm(5), optim.AdamW(optim.OneCycle(s.rate, s.epochs*t.steps), optim.AdamConfig{Decay: 1e-3}))
	t.state = optim.Init(optimizer, t.model)
	t.step = transforms.JitN(optim.Step(optimizer, loss))
	return t
}

// epoch shows each image once, in a new order, but for those that do not fill a batch.
func (t *training[M]) epoch(ctx context.Context, epoch int, train dataset.Set, done func(n int)) error {
	order := random.Permutation(random.FoldIn(t.key, int64(epoch)), train.Len())
	for i := range t.steps {
		if err := ctx.Err(); err != nil {
			return err
		}
		at := fn.At(order, fn.Span(i*t.batch, (i+1)*t.batch))
		var loss trace.Value
		t.model, t.state, loss = t.step(t.model, t.state, train.Take(at))
		t.losses = append(t.losses, loss.Float64())
		done(1)
	}
	return nil
}

// mean is the mean loss of the last epoch.
func (t *training[M]) mean() float64 {
	last, sum := t.losses[len(t.losses)-t.steps:], 0.0
	for _, l := range last {
		sum += l
	}
	return sum / float64(len(last))
}

// accuracy is the part of the images that a model labels right.
func accuracy[M nn.Layer](ctx context.Context, model M, test dataset.Set) (float64, error) {
	right, chunk := 0.0, 500
	count := transforms.Jit(func(d dataset.Set) trace.Value {
		return fn.CountNonzero(fn.Equal(fn.ArgMax(model.Apply(d.Images), 1), d.Labels), 0)
	})
	for lo := 0; lo < test.Len(); lo += chunk {
		if err := ctx.Err(); err != nil {
			return 0, err
		}
		right += count(test.Part(lo, min(lo+chunk, test.Len()))).Float64()
	}
	return right / float64(test.Len()), nil
}

// write writes the weights of a model.
func write[M nn.Layer](path string, model M) error {
	tensors := map[string]trace.Value{}
	for _, p := range nn.Params(model) {
		tensors[p.Name] = p.Value
	}
	return safetensors.Write(path, tensors, map[string]string{"format": "pt"})
}
