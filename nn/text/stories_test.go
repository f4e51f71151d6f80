package text_test

import (
	"context"
	"flag"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/nn"
	"github.com/pullback-go/pullback/nn/safetensors"
	"github.com/pullback-go/pullback/nn/text"
	"github.com/pullback-go/pullback/trace"
)

var stories = flag.String("stories", "", "the file stories260K.safetensors, a trained Llama of 260,032 parameters; its licence does not let us keep a copy")

// storyNames are the parts of the names in the file, and those of a Llama.
var storyNames = strings.NewReplacer("blocks.", "model.layers.", ".an.", ".input_layernorm.", ".fn.", ".post_attention_layernorm.",
	".q.", ".self_attn.q_proj.", ".k.", ".self_attn.k_proj.", ".v.", ".self_attn.v_proj.", ".o.", ".self_attn.o_proj.",
	".w1.", ".mlp.gate_proj.", ".w2.", ".mlp.down_proj.", ".w3.", ".mlp.up_proj.", "emb.", "model.embed_tokens.", "fin.", "model.norm.")

// halved reorders the rows of a weight to queries or keys, [heads·d width]. The file turns
// neighbouring features of a head, and a Llama features of its two halves.
func halved(w Value, d int) Value {
	width := w.Dim(1)
	pairs := fn.Reshape(w, w.Dim(0)/d, d/2, 2, width)
	return fn.Reshape(fn.Transpose(pairs, 0, 2, 1, 3), w.Dim(0), width)
}

// A trained Llama tells its story token by token, in f32.
func TestStories(t *testing.T) {
	if *stories == "" {
		t.Skip("no -stories FILE")
	}
	file, err := safetensors.Read(*stories)
	if err != nil {
		t.Fatal(err)
	}
	tensors := map[string]Value{}
	for name, v := range file {
		if strings.Contains(name, ".q.") || strings.Contains(name, ".k.") {
			v = halved(v, 8)
		}
		tensors[storyNames.Replace(name)] = v
	}
	m, err := nn.Load(text.NewLlama(text.LlamaConfig{
		Vocab: 512, Width: 64, Hidden: 172, Depth: 5, Heads: 8, Groups: 4, Context: 512, Epsilon: 1e-5, Tied: true,
	}), tensors)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ prompt, want []int64 }{
		{
			[]int64{1, 403, 407, 261, 378},
			[]int64{
				432, 383, 286, 261, 376, 298, 315, 421, 395, 317, 426, 338, 401, 396, 267, 337, 410, 408, 419, 292, 411, 322, 265, 282, 295, 433, 426,
				385, 328, 432, 358, 394, 261, 370, 432, 352,
			},
		},
		{
			[]int64{1, 326, 381, 261, 352, 266, 268, 388},
			[]int64{
				426, 346, 397, 355, 267, 337, 335, 345, 267, 422, 419, 426, 346, 397, 355, 267, 337, 335, 345, 267, 422, 419, 269, 352, 379, 261, 420,
				277, 264, 265, 352, 414, 287, 426, 346, 394, 261, 370, 268, 388,
			},
		},
	} {
		p := text.Prompt{IDs: trace.New(c.prompt, 1, len(c.prompt)), Most: len(c.want)}
		got, err := text.Generate(context.Background(), m, p, text.SampleConfig{})
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(got[0], c.want) {
			t.Errorf("after %v got %v, want %v", c.prompt, got[0], c.want)
		}
	}
	both := text.Prompt{IDs: trace.New([]int64{0, 0, 0, 1, 403, 407, 261, 378, 1, 326, 381, 261, 352, 266, 268, 388}, 2, 8), Most: 4}
	both.Mask = trace.New([]bool{false, false, false, true, true, true, true, true, true, true, true, true, true, true, true, true}, 2, 8)
	got, err := text.Generate(context.Background(), m, both, text.SampleConfig{})
	if err != nil || fmt.Sprint(got) != "[[432 383 286 261] [426 346 397 355]]" {
		t.Errorf("both at once go on with %v (error %v)", got, err)
	}
}

func BenchmarkStep(b *testing.B) {
	m := text.NewLlama(text.LlamaConfig{Vocab: 32000, Width: 512, Hidden: 1376, Depth: 8, Heads: 8, Groups: 4, Context: 256})
	g, err := text.NewGenerator(m, 1, 256, text.SampleConfig{})
	if err != nil {
		b.Fatal(err)
	}
	const tokens = 64
	for b.Loop() {
		if _, err := g.Generate(context.Background(), text.Prompt{IDs: trace.New([]int64{1}, 1, 1), Most: tokens}); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Milliseconds())/float64(b.N)/tokens, "ms/token")
}
