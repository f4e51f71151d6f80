package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/nn/vision"
	"github.com/pullback-go/pullback/trace"
)

// printPlan prints the sites of the network and the rule of each, for every composite.
func printPlan(w io.Writer, s settings) error {
	j, err := newJob(s)
	if err != nil {
		return err
	}
	x, err := j.example()
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "%s, for an input %v\n", j.net.Name, x.Type())
	done := map[string]bool{}
	for i, m := range j.explainer.Methods {
		if done[m.Composite] {
			continue
		}
		done[m.Composite] = true
		report, err := j.explainer.Plan(i, x)
		if err != nil {
			return err
		}
		name := m.Composite
		if name == "" {
			name = "plain gradient"
		}
		gaps := 0
		for _, row := range report.Rows {
			if row.Warning != "" {
				gaps++
			}
		}
		fmt.Fprintf(w, "\n%s: %d sites, %d gaps\n%s\n", name, len(report.Rows), gaps, strings.TrimRight(report.String(), "\n"))
	}
	return nil
}

// example returns an input to plan for: the first that is given, or zeros of the
// network's size.
func (j *job) example() (trace.Value, error) {
	if len(j.inputs) > 0 {
		ins, err := j.selected()
		if err != nil {
			return trace.Value{}, err
		}
		if len(ins) > 0 {
			x, _, err := j.load(ins[0])
			return x, err
		}
	}
	shape := append([]int{}, j.net.Dims...)
	shape[0] = 1
	if p := j.net.Preprocess; j.net.TakesImages() {
		h, w := 2, 3
		if p.Layout == vision.NHWC {
			h, w = 1, 2
		}
		shape[h] = firstSet(shape[h], p.Cover.Height, p.Crop.Height, p.Size.Height, p.Short)
		shape[w] = firstSet(shape[w], p.Cover.Width, p.Crop.Width, p.Size.Width, p.Short)
	}
	for _, n := range shape {
		if n < 1 {
			return trace.Value{}, fmt.Errorf("the network takes inputs of several sizes: give one, or -height and -width")
		}
	}
	return fn.Zeros(trace.TypeOf(j.net.DType, shape...)), nil
}

// firstSet returns the first positive number, or 0.
func firstSet(numbers ...int) int {
	for _, n := range numbers {
		if n > 0 {
			return n
		}
	}
	return 0
}
