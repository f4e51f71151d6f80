package trace

import (
	"fmt"
	"math"
	"reflect"
	"regexp"
	"strconv"
	"strings"
)

// MarshalText writes the program in full, as [Parse] reads it. It is like what String
// prints, with the Go type of each op, all fields of it that are not zero, and the elements
// of constants, but without the users' lines:
//
//	program(a f64[2 3])
//	  const b f64[3] = [1 2.5 -Inf]
//	  c f64[2 3] = fn.expand{Shape:[2 3] Axes:[1]}(b)
//	  d f64[2 3] = fn.mul(a, c) '
//	  return d
//
// Bodies follow their equation, indented; @0 is the first of them. Fields are written by
// reflection, exported or not, so that an op needs no code for it. There is an error if the
// program captured a traced value, or if an op holds what is no data, as a rule or a custom
// derivative holds a function.
func (p *Program) MarshalText() ([]byte, error) {
	w := &textWriter{}
	if err := w.program(p, ""); err != nil {
		return nil, fmt.Errorf("the text of a program: %w", err)
	}
	return []byte(w.String()), nil
}

type textWriter struct{ strings.Builder }

func (w *textWriter) program(p *Program, indent string) error {
	names := map[Var]Var{}
	name := func(v Var) Var {
		n, ok := names[v]
		if !ok {
			n = Var(len(names))
			names[v] = n
		}
		return n
	}
	typed := func(vars []Var) string {
		parts := make([]string, len(vars))
		for i, v := range vars {
			parts[i] = fmt.Sprintf("%s %v", name(v), p.Types[v])
		}
		return strings.Join(parts, ", ")
	}
	fmt.Fprintf(w, "%sprogram(%s)\n", indent, typed(p.In))
	for _, c := range p.Consts {
		if !c.Value.IsConcrete() {
			return fmt.Errorf("a constant is a %v without elements", c.Value.Type())
		}
		fmt.Fprintf(w, "%s  const %s = %s\n", indent, typed([]Var{c.Var}), elementsOf(c.Value.Array()))
	}
	for i := range p.Eqns {
		e := &p.Eqns[i]
		args, outs := plain(e.In, name), typed(e.Out)
		if len(e.Out) > 0 {
			outs += " = "
		}
		op, bodies, err := opText(e.Op)
		if err != nil {
			return fmt.Errorf("%s: %w", e.Op.Name(), err)
		}
		mark := ""
		if e.Derived {
			mark = " '"
		}
		fmt.Fprintf(w, "%s  %s%s(%s)%s\n", indent, outs, op, args, mark)
		for _, b := range bodies {
			if err := w.program(b, indent+"    "); err != nil {
				return err
			}
		}
	}
	fmt.Fprintf(w, "%s  return %s\n", indent, plain(p.Out, name))
	return nil
}

// elementsOf lists all elements of an array, so that each can be read again.
func elementsOf(a *Array) string {
	parts := make([]string, a.typ.Size())
	for i := range parts {
		parts[i] = fmt.Sprint(a.data.at(i))
	}
	return "[" + strings.Join(parts, " ") + "]"
}

// opText writes an op: its type and its fields. Programs in it are numbered, and returned.
func opText(op Op) (string, []*Program, error) {
	f := &fieldWriter{}
	v := reflect.ValueOf(op)
	name := typeName(v.Type())
	if v.Kind() == reflect.Pointer {
		v = v.Elem()
	}
	if isZeroed(v) {
		return name, nil, nil
	}
	if err := f.value(v); err != nil {
		return "", nil, err
	}
	return name + f.String(), f.bodies, nil
}

// typeName names a type with its package, and the parameters of a generic one with theirs.
func typeName(t reflect.Type) string { return folders.ReplaceAllString(t.String(), "") }

// folders is the part of an import path before the name of the package.
var folders = regexp.MustCompile(`[\w.~-]+/`)

// fieldWriter writes the value of a field.
type fieldWriter struct {
	strings.Builder
	bodies []*Program
}

func (f *fieldWriter) value(v reflect.Value) error {
	switch v.Type() {
	case dtypeType:
		f.WriteString(DType(v.Uint()).String())
		return nil
	case programType:
		fmt.Fprintf(f, "@%d", len(f.bodies))
		f.bodies = append(f.bodies, (*Program)(v.UnsafePointer()))
		return nil
	}
	switch v.Kind() {
	case reflect.Bool:
		f.WriteString(strconv.FormatBool(v.Bool()))
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		f.WriteString(strconv.FormatInt(v.Int(), 10))
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		f.WriteString(strconv.FormatUint(v.Uint(), 10))
	case reflect.Float32, reflect.Float64:
		f.WriteString(strconv.FormatFloat(v.Float(), 'g', -1, 64))
	case reflect.String:
		f.WriteString(strconv.Quote(v.String()))
	case reflect.Slice, reflect.Array:
		return f.list(v)
	case reflect.Struct:
		return f.fields(v)
	case reflect.Pointer:
		if v.IsNil() {
			f.WriteString("nil")
			return nil
		}
		f.WriteString("&")
		return f.value(v.Elem())
	case reflect.Interface:
		return f.dynamic(v)
	default:
		return fmt.Errorf("it holds a %v, which has no text", v.Type())
	}
	return nil
}

func (f *fieldWriter) list(v reflect.Value) error {
	if v.Kind() == reflect.Slice && v.IsNil() {
		f.WriteString("nil")
		return nil
	}
	f.WriteByte('[')
	for i := range v.Len() {
		if i > 0 {
			f.WriteByte(' ')
		}
		if err := f.value(v.Index(i)); err != nil {
			return err
		}
	}
	f.WriteByte(']')
	return nil
}

// fields writes those fields of a struct that are not zero.
func (f *fieldWriter) fields(v reflect.Value) error {
	f.WriteByte('{')
	first := true
	for i := range v.NumField() {
		if isZeroed(v.Field(i)) {
			continue
		}
		if !first {
			f.WriteByte(' ')
		}
		first = false
		f.WriteString(v.Type().Field(i).Name + ":")
		if err := f.value(v.Field(i)); err != nil {
			return err
		}
	}
	f.WriteByte('}')
	return nil
}

// isZeroed reports whether a value is what a new one is. -0 is not.
func isZeroed(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.Float32, reflect.Float64:
		return math.Float64bits(v.Float()) == 0
	case reflect.Struct:
		for i := range v.NumField() {
			if !isZeroed(v.Field(i)) {
				return false
			}
		}
		return true
	case reflect.Array:
		for i := range v.Len() {
			if !isZeroed(v.Index(i)) {
				return false
			}
		}
		return true
	}
	return v.IsZero()
}

// dynamic writes the type of what an interface holds before its value.
func (f *fieldWriter) dynamic(v reflect.Value) error {
	if v.IsNil() {
		f.WriteString("nil")
		return nil
	}
	v = v.Elem()
	f.WriteString(typeName(v.Type()))
	if v.Kind() == reflect.Pointer {
		v = v.Elem()
	}
	if v.Kind() != reflect.Struct {
		return fmt.Errorf("it holds a %v behind an interface, which has no text", v.Type())
	}
	return f.value(v)
}

var (
	dtypeType   = reflect.TypeFor[DType]()
	programType = reflect.TypeFor[*Program]()
)
