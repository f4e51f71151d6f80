package text

import (
	"context"
	"slices"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/fn/random"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
)

// Causal is a model in which a token depends on those before it only, so that text can be
// continued: [GPT2], [Llama], [Mamba].
type Causal interface {
	// Apply maps ids[n t] to logits [n t vocabulary], see [Llama.Apply].
	Apply(ids, mask trace.Value) trace.Value
	// Start returns an empty state for n rows of at most length tokens.
	Start(n, length int) State
	// Extend maps the next tokens ids[n t] of a state to vectors [n t width], and returns the
	// state with them.
	Extend(ids, mask trace.Value, s State) (trace.Value, State)
	// Head maps vectors y[... width] to logits [... vocabulary].
	Head(y trace.Value) trace.Value
}

// Prompt is texts to continue, and how far. Most is the number of tokens to add, so it has
// no usual value.
type Prompt struct {
	// IDs are the tokens, i32 or i64 of [n t].
	IDs trace.Value
	// Mask, of the shape of the ids, is true, or 1, for tokens and false for padding. Padding
	// goes before the tokens, since the next token goes behind them. If it is absent there
	// is none.
	Mask trace.Value
	// Most is the largest number of tokens to add to a row.
	Most int
	// Stop lists tokens that end a row. They are part of the result.
	Stop []int64
	// Key is the randomness; it may be absent if tokens are not drawn.
	Key trace.Value
}

// Generate continues texts by tokens that c chooses, and returns what it adds to each row.
// It is [NewGenerator] for one call.
func Generate(ctx context.Context, m Causal, p Prompt, c SampleConfig) ([][]int64, error) {
	if p.IDs.IsAbsent() || p.IDs.Rank() != 2 {
		return nil, trace.Errorf("text.Generate: the ids are %s: want i64[n t]", describe(p.IDs))
	}
	if p.Most < 0 || p.Most > most {
		return nil, trace.Errorf("text.Generate: Most is %d: want a number of tokens from 0 to %d", p.Most, most)
	}
	g, err := NewGenerator(m, p.IDs.Dim(0), p.IDs.Dim(1)+p.Most, c)
	if err != nil {
		return nil, err
	}
	return g.Generate(ctx, p)
}

// Generator continues texts with a model. It has a compiled step, so it is worth keeping. It
// is safe for concurrent use.
type Generator struct {
	model        Causal
	rows, length int
	sample       SampleConfig
	step         *transforms.Compiled[turn, turn]
}

// turn is what a step takes and returns: tokens of the last step and the state before them.
type turn struct {
	Tokens trace.Value // i64[n]
	State  State
	Key    trace.Value // of the step, absent if nothing is drawn
}

// NewGenerator compiles the step of a model that adds a token to each of n rows, of at most
// length tokens. The error is that of a model, a length or a config that does not fit.
func NewGenerator(m Causal, n, length int, c SampleConfig) (g *Generator, err error) {
	if m == nil {
		return nil, trace.Errorf("text.NewGenerator: the model is nil")
	}
	g = &Generator{model: m, rows: n, length: length, sample: c}
	var fault error
	err = trace.Try(func() {
		defer trace.Naming("text.NewGenerator")
		c.check()
		first := turn{State: m.Start(n, length)}
		first.Tokens = fn.ZerosOf(trace.Int64, n)
		if c.Temperature > 0 {
			first.Key = random.Key(0)
		}
		g.step, fault = transforms.Compile(g.next, first)
	})
	if err == nil {
		err = fault
	}
	return g, err
}

// next adds the tokens to the state, and chooses those that follow.
func (g *Generator) next(t turn) turn {
	y, s := g.model.Extend(fn.ExpandDims(t.Tokens, 1), trace.Value{}, t.State)
	return turn{g.choose(y, t.Key), s, trace.Value{}}
}

// choose returns a token for each row of y[n t width], by its last vector.
func (g *Generator) choose(y, key trace.Value) trace.Value {
	return Sample(key, g.model.Head(last(y)), g.sample)
}

// Generate continues texts, and returns the tokens that it adds to each row: up to the first
// that is in Stop, and at most Most. The error is that of a prompt that does not fit: with
// Most tokens more it is longer than the generator's length, say.
func (g *Generator) Generate(ctx context.Context, p Prompt) ([][]int64, error) {
	t, err := g.begin(p)
	if err != nil || p.Most == 0 {
		return make([][]int64, g.rows), err
	}
	added := make([][]int64, g.rows)
	for i := 1; ; i++ {
		if p.add(added, t.Tokens) == 0 || i == p.Most {
			return added, nil
		}
		t.Key = g.key(p.Key, i)
		if t, err = g.step.Call(ctx, t); err != nil {
			return nil, err
		}
	}
}

// add adds a token to each row that has not ended, and returns how many rows go on.
func (p Prompt) add(rows [][]int64, tokens trace.Value) (open int) {
	for i, token := range trace.Data[int64](tokens) {
		if n := len(rows[i]); n > 0 && slices.Contains(p.Stop, rows[i][n-1]) {
			continue
		}
		rows[i] = append(rows[i], token)
		if !slices.Contains(p.Stop, token) {
			open++
		}
	}
	return open
}

// key returns the key of step i, absent if nothing is drawn.
func (g *Generator) key(key trace.Value, i int) trace.Value {
	if g.sample.Temperature == 0 {
		return trace.Value{}
	}
	return random.FoldIn(key, int64(i))
}

// begin puts a prompt into a new state, and chooses the first token of each row.
func (g *Generator) begin(p Prompt) (t turn, err error) {
	err = trace.Try(func() {
		defer trace.Naming("text.Generate", p.IDs, p.Key)
		g.fits(p)
		y, s := g.model.Extend(p.IDs, p.Mask, g.model.Start(g.rows, g.length))
		if p.Most > 0 {
			t = turn{Tokens: g.choose(y, g.key(p.Key, 0)), State: s}
		}
	})
	return t, err
}

// fits panics unless a prompt and its continuation fit into the generator.
func (g *Generator) fits(p Prompt) {
	if p.IDs.IsAbsent() || p.IDs.Rank() != 2 || p.IDs.Dim(0) != g.rows {
		panic(trace.Errorf("the ids are %s: want i64[%d t], for the rows of the generator", describe(p.IDs), g.rows))
	}
	if !p.IDs.IsConcrete() {
		panic(trace.Errorf("the ids are traced: how many tokens are added depends on their values; use Extend inside of a transform"))
	}
	if t := p.IDs.Dim(1); p.Most < 0 || p.Most > g.length-t {
		panic(trace.Errorf("%d tokens after a prompt of %d: want from 0 to what is left of the generator's %d", p.Most, t, g.length))
	}
	if g.sample.Temperature > 0 && p.Key.IsAbsent() {
		panic(trace.Errorf("a temperature of %v draws tokens: want a Key, as random.Key(1)", g.sample.Temperature))
	}
	if !p.Mask.IsAbsent() && p.Mask.IsConcrete() && p.Mask.Rank() == 2 && p.Mask.Dim(1) > 0 {
		for row, shown := range last(fn.ExpandDims(fn.Cast(p.Mask, trace.Float64), 2)).Float64s() {
			if shown == 0 {
				panic(trace.Errorf("row %d of the mask ends in padding: put padding before the tokens", row))
			}
		}
	}
}
