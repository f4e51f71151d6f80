package network

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
)

// Reader says how to read a network's output.
type Reader struct {
	// Labels are the names of the classes, or nil.
	Labels []string
	// Keys are the characters of a network that reads text, from class 1 on. Class 0 is
	// the blank, and the class after the keys is a space.
	Keys []string
	// Activation turns outputs to probabilities: softmax, sigmoid or none.
	Activation string
}

// Activations lists what [Reader.Activation] may be.
func Activations() []string { return []string{"softmax", "sigmoid", "none"} }

// Class is a class with its output.
type Class struct {
	Index       int     `json:"class"`
	Name        string  `json:"name"`
	Output      float64 `json:"output"`
	Probability float64 `json:"probability,omitempty"`
}

// String prints name and probability, or the output if there is none.
func (c Class) String() string {
	if c.Probability == 0 {
		return fmt.Sprintf("%s %.4g", c.Name, c.Output)
	}
	return fmt.Sprintf("%s %.1f %%", c.Name, 100*c.Probability)
}

// Prediction is what a network says of one input.
type Prediction struct {
	// Top are the classes with the largest outputs, the largest first.
	Top []Class `json:"top,omitempty"`
	// Text is what a network with keys reads.
	Text *string `json:"text,omitempty"`
}

// String prints the text or the best class.
func (p Prediction) String() string {
	switch {
	case p.Text != nil:
		return fmt.Sprintf("%q", *p.Text)
	case len(p.Top) > 0:
		return p.Top[0].String()
	}
	return "nothing"
}

// mostTop is the number of classes of a prediction.
const mostTop = 10

// Read returns the prediction of an output. Classes are along the last axis of y[1 k]
// and y[1 steps k], and along axis 1 of y[1 k places...]. The output of a class is its
// sum over steps or places.
func (r Reader) Read(y trace.Value) Prediction {
	if len(r.Keys) > 0 && y.Rank() == 3 {
		text := ""
		for _, c := range r.characters(y) {
			text += c.name
		}
		return Prediction{Text: &text}
	}
	logits := overPlaces(y).Float64s()
	p := r.probabilities(overPlaces(y))
	var classes []Class
	for _, k := range largest(logits, mostTop) {
		c := Class{Index: k, Name: label(r.Labels, k), Output: logits[k]}
		if p != nil {
			c.Probability = p[k]
		}
		classes = append(classes, c)
	}
	return Prediction{Top: classes}
}

func (r Reader) probabilities(logits trace.Value) []float64 {
	switch r.Activation {
	case "softmax":
		return fn.Softmax(fn.Cast(logits, trace.Float64), 0).Float64s()
	case "sigmoid":
		return fn.Sigmoid(fn.Cast(logits, trace.Float64)).Float64s()
	}
	return nil
}

// classAxis is the axis of the classes.
func classAxis(y trace.Value) int {
	if y.Rank() > 3 {
		return 1
	}
	return y.Rank() - 1
}

// overPlaces adds up over all axes but that of the classes.
func overPlaces(y trace.Value) trace.Value {
	var others []int
	for axis := range y.Rank() {
		if axis != classAxis(y) {
			others = append(others, axis)
		}
	}
	if len(others) == 0 {
		return y
	}
	return fn.Sum(y, others...)
}

// largest returns the positions of the n largest values, of equal ones the first.
// NaN comes last.
func largest(values []float64, n int) []int {
	order := make([]int, len(values))
	for i := range order {
		order[i] = i
	}
	rank := func(v float64) float64 {
		if math.IsNaN(v) {
			return math.Inf(-1)
		}
		return v
	}
	slices.SortStableFunc(order, func(a, b int) int {
		switch va, vb := rank(values[a]), rank(values[b]); {
		case va > vb:
			return -1
		case va < vb:
			return 1
		}
		return 0
	})
	return order[:min(n, len(order))]
}

// character is one that a network with keys reads.
type character struct {
	step, class int
	name        string
}

// characters decodes y[1 steps k]: the best class of each step, without repetitions and
// blanks.
//
// Graves et al., "Connectionist Temporal Classification: Labelling Unsegmented Sequence
// Data with Recurrent Neural Networks", ICML 2006.
func (r Reader) characters(y trace.Value) []character {
	values, k := y.Float64s(), y.Dim(2)
	var out []character
	before := 0
	for step := range y.Dim(1) {
		class := largest(values[step*k:(step+1)*k], 1)[0]
		if class != before && class != 0 {
			out = append(out, character{step, class, r.key(class)})
		}
		before = class
	}
	return out
}

// key returns the character of a class.
func (r Reader) key(class int) string {
	switch {
	case class == 0:
		return ""
	case class <= len(r.Keys):
		return r.Keys[class-1]
	case class == len(r.Keys)+1:
		return " "
	}
	return fmt.Sprintf("<%d>", class)
}

// names returns the names of the classes, with which targets are found.
func (r Reader) names(classes int) []string {
	if len(r.Keys) == 0 {
		return r.Labels
	}
	names := make([]string, classes)
	for k := range names {
		names[k] = r.key(k)
	}
	return names
}

// Lines prints the prediction, a line for each class with a bar.
func (p Prediction) Lines() string {
	if p.Text != nil {
		return fmt.Sprintf("  reads %q\n", *p.Text)
	}
	var b strings.Builder
	for _, c := range p.Top {
		bar := strings.Repeat("#", int(40*min(max(c.Probability, 0), 1)+0.5))
		b.WriteString(strings.TrimRight(fmt.Sprintf("  %-20s %9.4f  %.4f  %s", c.Name, c.Output, c.Probability, bar), " ") + "\n")
	}
	return b.String()
}
