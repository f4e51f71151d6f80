package main

import (
	"math"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/rules"
	"github.com/pullback-go/pullback/trace"
	"github.com/pullback-go/pullback/transforms"
)

// persons checks that the relevance of the class person lies on the person.
func persons(c *claims, d *data) error {
	for _, id := range []string{"vww/astronaut", "vww/camera"} {
		test, m, in, err := d.load(id)
		if err != nil {
			return err
		}
		f, err := m.Func("", "")
		if err != nil {
			return err
		}
		x := in["image"]
		p := fn.Softmax(f(x), 1)
		c.claim(pick(p, 0, 1).Float64() > 0.5, "sees a person in %s: %.3f", id, pick(p, 0, 1).Float64())
		logit := func(x trace.Value) trace.Value { return pick(f(x), 0, 1) }
		itself := func(y trace.Value) trace.Value { return y }
		gradient := fn.Mul(x, transforms.Grad(logit)(x))
		relevance := transforms.Pull(transforms.WithRules(rules.EpsilonPlus(), logit), itself)(x)
		for _, name := range []string{"head", "person"} {
			box := test.Boxes[name].Input
			side := x.Shape()[3]
			area := float64((box[2]-box[0])*(box[3]-box[1])) / float64(side*side)
			a, b := inBox(gradient, box), inBox(relevance, box)
			c.claim(b > area, "LRP of %s lies on the %s: %.2f, gradient x input %.2f, chance %.2f", id, name, b, a, area)
		}
	}
	return nil
}

// inBox is the part of the absolute relevance [1 channels rows columns] in a rectangle.
func inBox(r trace.Value, box []int) float64 {
	inside, all := 0., 0.
	height, width := r.Shape()[2], r.Shape()[3]
	for i, v := range r.Float64s() {
		x, y := i%width, i/width%height
		all += math.Abs(v)
		if x >= box[0] && x < box[2] && y >= box[1] && y < box[3] {
			inside += math.Abs(v)
		}
	}
	return inside / all
}
