package lawtest

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"

	"github.com/pullback-go/pullback/fn"
	"github.com/pullback-go/pullback/trace"
)

// String writes the program as Go: f, a function of a slice of values, and in, the
// arguments it was drawn with. It imports math, fn, trace and transforms, as far as it
// names them.
func (p *Program) String() string {
	var b strings.Builder
	b.WriteString("f := func(in []trace.Value) []trace.Value {\n")
	for i, v := range p.body.in {
		fmt.Fprintf(&b, "\t%s := in[%d]\n", v, i)
	}
	p.body.print(&b, "\t")
	fmt.Fprintf(&b, "\treturn []trace.Value{%s}\n}\n", names(p.body.out))
	fmt.Fprintf(&b, "in := %s\n", list(p.Args()))
	return b.String()
}

// GoString is String: rapid prints what it draws as Go.
func (p *Program) GoString() string { return p.String() }

// list writes a slice of values.
func list(vs []Value) string {
	var b strings.Builder
	b.WriteString("[]trace.Value{\n")
	for _, v := range vs {
		fmt.Fprintf(&b, "\t%s,\n", literal(v))
	}
	b.WriteString("}")
	return b.String()
}

func (v variable) String() string { return "v" + strconv.Itoa(int(v)) }

func names(vars []variable) string {
	out := make([]string, len(vars))
	for i, v := range vars {
		out[i] = v.String()
	}
	return strings.Join(out, ", ")
}

func (b *block) print(w *strings.Builder, indent string) {
	for _, s := range b.steps {
		fmt.Fprintf(w, "%s%s := %s\n", indent, s.out, s.code(indent))
	}
}

func (s *stmt) code(indent string) string {
	args := make([]any, len(s.args))
	for i, a := range s.args {
		args[i] = argumentCode(a, indent)
	}
	if strings.Contains(s.fun.code, "%") {
		return fmt.Sprintf(s.fun.code, args...)
	}
	words := make([]string, len(args))
	for i, a := range args {
		words[i] = a.(string)
	}
	return s.fun.code + "(" + strings.Join(words, ", ") + ")"
}

func argumentCode(a any, indent string) string {
	switch a := a.(type) {
	case variable:
		return a.String()
	case weak:
		return "fn.Scalar(" + number(float64(a)) + ")"
	case *block:
		return a.code(indent)
	}
	return literal(a)
}

// code writes b as a function literal.
func (b *block) code(indent string) string {
	var w strings.Builder
	result := "trace.Value"
	if len(b.out) == 2 {
		result = "(trace.Value, trace.Value)"
	}
	fmt.Fprintf(&w, "func(%s trace.Value) %s {\n", names(b.in), result)
	b.print(&w, indent+"\t")
	fmt.Fprintf(&w, "%s\treturn %s\n%s}", indent, names(b.out), indent)
	return w.String()
}

// literal writes a Go value.
func literal(a any) string {
	switch a := a.(type) {
	case float64:
		return number(a)
	case trace.DType:
		return "trace." + dtypeNames[a]
	case trace.Type:
		return "trace.TypeOf(" + strings.Join(append([]string{literal(a.DType)}, integers(a.Shape)...), ", ") + ")"
	case fn.Marker:
		return [...]string{fn.Every: "fn.Every", fn.Rest: "fn.Rest", fn.NewAxis: "fn.NewAxis"}[a]
	case Value:
		return array(a)
	}
	return special.ReplaceAllStringFunc(fmt.Sprintf("%#v", a), func(s string) string {
		return map[string]string{"+Inf": "math.Inf(1)", "-Inf": "math.Inf(-1)", "NaN": "math.NaN()"}[s]
	})
}

var (
	dtypeNames = map[trace.DType]string{
		trace.Bool: "Bool", trace.Uint8: "Uint8", trace.Int8: "Int8", trace.Int32: "Int32", trace.Int64: "Int64",
		trace.BFloat16: "BFloat16", trace.Float16: "Float16", trace.Float32: "Float32", trace.Float64: "Float64",
	}
	goNames = map[trace.DType]string{
		trace.Bool: "bool", trace.Uint8: "uint8", trace.Int8: "int8", trace.Int32: "int32", trace.Int64: "int64",
		trace.BFloat16: "trace.BF16", trace.Float16: "trace.F16", trace.Float32: "float32", trace.Float64: "float64",
	}
	special = regexp.MustCompile(`[+-]Inf|NaN`)
)

// number writes a float64 constant.
func number(x float64) string {
	switch {
	case math.IsNaN(x):
		return "math.NaN()"
	case math.IsInf(x, 0):
		return fmt.Sprintf("math.Inf(%d)", int(math.Copysign(1, x)))
	case x == 0 && math.Signbit(x):
		return "math.Copysign(0, -1)"
	}
	return strconv.FormatFloat(x, 'g', -1, 64)
}

// narrowed writes a float32.
func narrowed(x float64) string {
	if text := number(x); text[0] == 'm' {
		return "float32(" + text + ")"
	}
	return number(x)
}

func integers(xs []int) []string {
	out := make([]string, len(xs))
	for i, x := range xs {
		out[i] = strconv.Itoa(x)
	}
	return out
}

// array writes an array.
func array(v Value) string {
	words := make([]string, v.Size())
	for i, x := range v.Float64s() {
		switch {
		case v.DType() == trace.Bool:
			words[i] = strconv.FormatBool(x != 0)
		case v.DType() == trace.Int64:
			words[i] = strconv.FormatInt(trace.Data[int64](v)[i], 10)
		case v.DType() == trace.Float32:
			words[i] = narrowed(x)
		case v.DType().Wide() == trace.Float32 && v.DType() != trace.Float32:
			words[i] = "trace.To" + strings.ToUpper(v.DType().String()) + "(" + narrowed(x) + ")"
		default:
			words[i] = number(x)
		}
	}
	elem := goNames[v.DType()]
	if v.Rank() == 0 {
		return fmt.Sprintf("trace.Scalar[%s](%s)", elem, words[0])
	}
	return fmt.Sprintf("trace.New([]%s{%s}, %s)", elem, strings.Join(words, ", "), strings.Join(integers(v.Shape()), ", "))
}
