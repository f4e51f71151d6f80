// Tokens explains what a language model writes: how much each token of a prompt has to do
// with each token that follows.
//
//	go run ./examples/tokens
//	go run ./examples/tokens -method cp_lrp -html page.html -json relevance.json
//	go run ./examples/tokens -model stories260K.onnx -tokenizer tok512.bin -prompt "Once upon a time"
//
// Without a model it takes a small Llama that has learned to answer: of "ant fox ! cat dog
// bee elk ?" it has to say cat, the word behind the mark. What it should look at is known,
// so the explanation can be checked: it prints in how many of 500 sentences the word that
// it says has the most relevance. Its weights are in recall.safetensors, as f16; with -train
// it is trained anew, and with -out the weights are written.
//
// A model is an ONNX file that takes token numbers [1 tokens] and gives logits [1 tokens
// vocabulary]; a tokenizer is Hugging Face's tokenizer.json, or the .bin of llama2.c.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"

	"golang.org/x/term"

	"github.com/pullback-go/pullback/examples/internal/flags"
	"github.com/pullback-go/pullback/rules"
	"github.com/pullback-go/pullback/rules/heatmap"
	"github.com/pullback-go/pullback/trace"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	flags.Exit("tokens", run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// settings are those of the command line.
type settings struct {
	model, tokenizer, prompt, method string
	page, data, out                  string
	count, train                     int
	plain                            bool
}

func parse(args []string, w io.Writer) (s settings, err error) {
	f := flag.NewFlagSet("tokens", flag.ContinueOnError)
	f.StringVar(&s.model, "model", "", "an ONNX file; empty for the small Llama")
	f.StringVar(&s.tokenizer, "tokenizer", "", "its tokenizer.json, or the .bin of llama2.c")
	f.StringVar(&s.prompt, "prompt", "", "the beginning to continue")
	f.StringVar(&s.method, "method", "attnlrp", "attnlrp, cp_lrp, or their _efficient forms")
	f.StringVar(&s.page, "html", "", "a file to write a page to")
	f.StringVar(&s.data, "json", "", "a file to write the relevance to")
	f.IntVar(&s.count, "n", 12, "tokens to write")
	f.IntVar(&s.train, "train", 0, "steps to train the small Llama anew; 0 takes the weights that are here")
	f.StringVar(&s.out, "out", "", "a file to write its weights to")
	f.BoolVar(&s.plain, "plain", false, "no colors, as where the output is no terminal")
	if err := flags.Parse(f, args, w); err != nil {
		return s, err
	}
	if (s.model == "") != (s.tokenizer == "") {
		return s, errors.New("-model and -tokenizer belong together: give both, or none")
	}
	if s.model != "" && s.prompt == "" {
		return s, errors.New("-prompt is empty: give the beginning to continue")
	}
	return s, errors.Join(flags.Whole("n", s.count, 1, 1000, "tokens"), flags.Whole("train", s.train, 0, 1_000_000, "steps"))
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	s, err := parse(args, stdout)
	if err != nil {
		return err
	}
	composite, err := rules.Named(s.method, trace.Value{}, trace.Value{}, rules.Preset{})
	if err != nil {
		return fmt.Errorf("-method: %w", err)
	}
	e := explainer{composite: rules.Strict(composite), gradient: strings.HasSuffix(s.method, "_efficient")}
	var out []explanation
	if s.model == "" {
		out, err = s.recall(ctx, e, stdout, stderr)
	} else {
		out, err = s.continued(ctx, e)
	}
	if err != nil {
		return err
	}
	if err := s.show(out, stdout); err != nil {
		return err
	}
	return s.write(out)
}

// explanation is a token that a model wrote after others, and the relevance of these.
type explanation struct {
	Token     string
	Before    []string
	Relevance []float64
	// Target is the logit that was explained; what is missing of it in the sum of
	// relevance is that of constants and stabilizers.
	Target float64
}

// show prints each token that was written, after those before it.
func (s settings) show(list []explanation, w io.Writer) error {
	colors := !s.plain && isTerminal(w)
	for _, e := range list {
		text := heatmap.Text{Config: heatmap.Config{Symmetric: true}, Tokens: e.Before, Relevance: e.Relevance}
		form := text.Plain
		if colors {
			form = text.Terminal
		}
		shown, err := form()
		if err != nil {
			return err
		}
		fmt.Fprintf(w, "%s => %s\n", shown, strings.TrimSpace(e.Token))
	}
	return nil
}

func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// write writes the page and the numbers, if they are asked for.
func (s settings) write(list []explanation) error {
	if s.data != "" {
		text, err := json.MarshalIndent(list, "", "  ")
		if err != nil {
			return err
		}
		if err := os.WriteFile(s.data, append(text, '\n'), 0o666); err != nil {
			return err
		}
	}
	if s.page == "" {
		return nil
	}
	var b strings.Builder
	b.WriteString("<!DOCTYPE html>\n<meta charset=\"utf-8\">\n<title>Relevance of tokens</title>\n<body style=\"font:16px sans-serif;max-width:60em;margin:2em auto\">\n")
	for _, e := range list {
		text := heatmap.Text{Config: heatmap.Config{Symmetric: true}, Tokens: append(e.Before[:len(e.Before):len(e.Before)], " ⇒ "+strings.TrimSpace(e.Token)), Relevance: append(e.Relevance[:len(e.Relevance):len(e.Relevance)], 0)}
		shown, err := text.HTML()
		if err != nil {
			return err
		}
		fmt.Fprintf(&b, "<p>%s</p>\n", shown)
	}
	return os.WriteFile(s.page, []byte(b.String()), 0o666)
}
