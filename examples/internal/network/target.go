package network

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
)

// Target says which outputs to explain.
type Target struct {
	kind  string // top, label, class, vector, box, step, text
	n     int    // how many of the best classes, or the step
	class string // name or number
	file  string
	box   [4]int // x0, y0, x1, y1

	vector trace.Value // of the file
}

// String prints all that determines the target, the elements of a vector included.
func (t Target) String() string {
	text := fmt.Sprint(t.kind, t.n, t.class, t.box)
	if !t.vector.IsAbsent() {
		text += fmt.Sprint(t.vector.Shape(), t.vector.Float64s())
	}
	return text
}

// TargetForms says what [ParseTarget] reads.
const TargetForms = "top, top:K, label (of the folder), a class by number or name, text, step:STEP:CLASS, box:X0,Y0,X1,Y1:CLASS, vector:FILE"

// ParseTarget reads a target:
//
//	top                    the class with the largest output; of text, all of it
//	top:3                  each of the three best classes
//	label                  the class that the folder of the input is named for
//	7, or tabby cat        a class by number or name
//	class:top              a class by name, whatever the name
//	text                   each character that is read
//	step:12:7              a class at a step of y[1 steps k]
//	box:0,0,10,20:7        a class within a box of y[1 k h w]
//	vector:FILE            an array of the output's shape, as cotangent
func ParseTarget(text string) (Target, error) {
	kind, rest, more := strings.Cut(text, ":")
	t := Target{kind: kind, n: 1}
	var err error
	switch {
	case text == "":
		err = errors.New("want " + TargetForms)
	case kind == "class" && more:
		t.class = rest
	case text == "top", text == "label", text == "text":
	case kind == "top":
		if t.n, err = strconv.Atoi(rest); err != nil || t.n < 1 {
			err = errors.New("want top:K for each of the K best classes")
		}
	case kind == "vector":
		t.file = rest
	case kind == "step":
		t, err = parseStep(rest)
	case kind == "box":
		t, err = parseBox(rest)
	default:
		t.kind, t.class = "class", text
	}
	if err != nil {
		return t, fmt.Errorf("%s: %w", strconv.Quote(trace.Excerpt(text)), err)
	}
	return t, nil
}

func parseStep(rest string) (Target, error) {
	step, class, _ := strings.Cut(rest, ":")
	n, err := strconv.Atoi(step)
	if err != nil || n < 0 || class == "" {
		return Target{}, errors.New("want step:STEP:CLASS with a step counted from 0")
	}
	return Target{kind: "step", n: n, class: class}, nil
}

func parseBox(rest string) (Target, error) {
	corners, class, _ := strings.Cut(rest, ":")
	t := Target{kind: "box", class: class}
	parts := strings.Split(corners, ",")
	for i, p := range parts[:min(len(parts), 4)] {
		n, err := strconv.Atoi(p)
		if err != nil || n < 0 {
			parts = nil
			break
		}
		t.box[i] = n
	}
	if len(parts) != 4 || t.box[0] >= t.box[2] || t.box[1] >= t.box[3] || class == "" {
		return t, errors.New("want box:X0,Y0,X1,Y1:CLASS with X0 below X1 and Y0 below Y1")
	}
	return t, nil
}

// NeedsFile reports whether [Target.Load] reads a file.
func (t Target) NeedsFile() bool { return t.kind == "vector" }

// Load reads the file of a vector.
func (t Target) Load(limit int64) (Target, error) {
	if !t.NeedsFile() {
		return t, nil
	}
	var err error
	t.vector, err = readArray(t.file, limit)
	return t, err
}

// Goal is one output to explain: the cotangent of the output with which the explanation
// starts.
type Goal struct {
	Caption   string
	Cotangent trace.Value
	// Score is the explained output: the product of cotangent and output.
	Score float64
}

// Goals returns what the target means for an output y of an input from a folder.
func (t Target) Goals(y trace.Value, r Reader, folder string) ([]Goal, error) {
	if y.Rank() < 2 || y.Dim(0) != 1 {
		return nil, fmt.Errorf("the output is %v: want classes y[1 k], steps y[1 steps k] or places y[1 k h w]", y.Type())
	}
	switch t.kind {
	case "top":
		return t.top(y, r)
	case "text":
		return t.text(y, r)
	case "vector":
		return t.given(y)
	case "label":
		if folder == "" {
			return nil, errors.New("the input has no label: it lies in no folder of a folder that was given")
		}
		return t.of(y, r, folder)
	}
	return t.of(y, r, t.class)
}

// of returns the goal of one class, everywhere, at a step or in a box.
func (t Target) of(y trace.Value, r Reader, name string) ([]Goal, error) {
	axis := classAxis(y)
	classes := y.Dim(axis)
	k, err := find(r.names(classes), classes, name)
	if err != nil {
		return nil, err
	}
	start, stop := make([]int, y.Rank()), slices.Clone(y.Shape())
	start[axis], stop[axis] = k, k+1
	caption := r.caption(k)
	switch t.kind {
	case "step":
		if y.Rank() != 3 || t.n >= y.Dim(1) {
			return nil, fmt.Errorf("there is no step %d in the output %v", t.n, y.Type())
		}
		start[1], stop[1] = t.n, t.n+1
		caption += fmt.Sprintf(" at step %d", t.n)
	case "box":
		if y.Rank() != 4 || t.box[2] > y.Dim(3) || t.box[3] > y.Dim(2) {
			return nil, fmt.Errorf("there is no box %v in the output %v: want y[1 k h w] with its corners", t.box, y.Type())
		}
		start[2], stop[2], start[3], stop[3] = t.box[1], t.box[3], t.box[0], t.box[2]
		caption += fmt.Sprintf(" in %v", t.box)
	}
	return []Goal{goal(caption, y, func(at []int) bool {
		for i, n := range at {
			if n < start[i] || n >= stop[i] {
				return false
			}
		}
		return true
	})}, nil
}

// caption names a class.
func (r Reader) caption(k int) string {
	if len(r.Keys) > 0 {
		return strconv.Quote(r.key(k))
	}
	return label(r.Labels, k)
}

// top returns a goal for each of the best classes, or one for all that is read.
func (t Target) top(y trace.Value, r Reader) ([]Goal, error) {
	if len(r.Keys) > 0 && y.Rank() == 3 {
		read := r.characters(y)
		text := ""
		for _, c := range read {
			text += c.name
		}
		return []Goal{goal(strconv.Quote(text), y, func(at []int) bool {
			return slices.ContainsFunc(read, func(c character) bool { return at[1] == c.step && at[2] == c.class })
		})}, nil
	}
	var goals []Goal
	for _, k := range largest(overPlaces(y).Float64s(), t.n) {
		goals = append(goals, goal(r.caption(k), y, func(at []int) bool { return at[classAxis(y)] == k }))
	}
	return goals, nil
}

// text returns a goal for each character that is read.
func (t Target) text(y trace.Value, r Reader) ([]Goal, error) {
	if len(r.Keys) == 0 || y.Rank() != 3 {
		return nil, fmt.Errorf("the output %v is no text: want y[1 steps k], and the characters by -keys", y.Type())
	}
	var goals []Goal
	for _, c := range r.characters(y) {
		goals = append(goals, goal(fmt.Sprintf("%q at step %d", c.name, c.step), y, func(at []int) bool { return at[1] == c.step && at[2] == c.class }))
	}
	return goals, nil
}

// given returns the goal of the vector.
func (t Target) given(y trace.Value) ([]Goal, error) {
	v := t.vector
	if v.DType().IsFloat() {
		v = fn.Cast(v, y.DType())
	}
	if shape, err := fn.BroadcastShapes(v.Shape(), y.Shape()); err != nil || !slices.Equal(shape, y.Shape()) || v.DType() != y.DType() {
		return nil, fmt.Errorf("%s: the vector %v does not fit the output %v", t.file, t.vector.Type(), y.Type())
	}
	v = fn.BroadcastTo(v, y.Shape()...)
	return []Goal{{Caption: "vector", Cotangent: v, Score: fn.SumAll(fn.Mul(v, y)).Float64()}}, nil
}

// goal returns the goal of the elements that are wanted.
func goal(caption string, y trace.Value, wanted func(at []int) bool) Goal {
	ct, values, score := make([]float64, y.Size()), y.Float64s(), 0.0
	shape := y.Shape()
	at := make([]int, len(shape))
	for i := range ct {
		rest := i
		for axis := len(shape) - 1; axis >= 0; axis-- {
			at[axis] = rest % shape[axis]
			rest /= shape[axis]
		}
		if wanted(at) {
			ct[i] = 1
			score += values[i]
		}
	}
	return Goal{Caption: caption, Cotangent: fn.Cast(trace.New(ct, shape...), y.DType()), Score: score}
}
