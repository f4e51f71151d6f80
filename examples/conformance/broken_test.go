package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// replace replaces the first occurrence of a text in a suite's JSON.
func replace(old, by string) func(t *testing.T, path string) {
	return func(t *testing.T, path string) {
		b, err := os.ReadFile(path + ".json")
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(b), old) {
			t.Fatalf("%s.json has no %s", path, old)
		}
		write(t, path+".json", strings.Replace(string(b), old, by, 1))
	}
}

func write(t *testing.T, path, text string) {
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// content replaces the content of the suite's JSON.
func content(text string) func(t *testing.T, path string) {
	return func(t *testing.T, path string) { write(t, path+".json", text) }
}

// truncated cuts off the end of the suite's tensors.
func truncated(t *testing.T, path string) {
	if err := os.Truncate(path+".safetensors", 5000); err != nil {
		t.Fatal(err)
	}
}

// Any error in a file prints one line and counts as a failure.
func TestBrokenFiles(t *testing.T) {
	const mlp, edge, smooth, descent = "composites/mlp", "rules/linear_edge", "attributors/smooth", "adversarial/adversarial"
	tests := []struct {
		name, suite string
		edit        func(t *testing.T, path string)
		want, last  string
	}{
		{"other rule", mlp, replace(`"rule":"Pass"`, `"rule":"Flat"`), `rules: module`, "21 passed, 1 failed"},
		{"other argument", mlp, replace(`{"module":"0","rule":"Epsilon","args":{"epsilon":1e-06`, `{"module":"0","rule":"Epsilon","args":{"epsilon":2e-06`),
			`module "0" gets "Epsilon(1e-06)", want "Epsilon(2e-06)"`, "21 passed, 1 failed"},
		{"rule too many", mlp, replace(`"rules":[]`, `"rules":[{"module":"0","rule":"Flat","args":{}}]`), `vanilla: rules: there is no module "0"`, "21 passed, 1 failed"},
		{"unknown rule", edge, replace(`"rule":"Flat"`, `"rule":"Sharp"`), `rule "Sharp" is not supported`, "11 passed, 1 failed"},
		{"unknown composite", mlp, replace(`"name":"epsilon_plus"`, `"name":"epsilon_minus"`), `no composite is named "epsilon_minus"`, "21 passed, 1 failed"},
		{"unknown type", mlp, replace(`"torch.nn.Linear"`, `"torch.nn.LSTM"`), `type "torch.nn.LSTM" in a layer map is not supported`, "passed"},
		{"unknown argument", edge, replace(`"gamma":`, `"delta":`), `unknown field "delta"`, "11 passed, 1 failed"},
		{"unknown kind", edge, replace(`"kind":"Linear"`, `"kind":"LSTM"`), `kind "LSTM" is not supported`, "0 passed, 12 failed"},
		{"unknown field", edge, replace(`"module_order":`, `"order":`), `model "linear_edge": json: unknown field "order"`, "0 passed, 12 failed"},
		{"unknown case", edge, replace(`"model":"linear_edge"`, `"modem":"linear_edge"`), `no_rule: a case of its kind is not supported`, "11 passed, 1 failed"},
		{"unknown group", edge, replace(`"group":"rules"`, `"group":"sounds"`), `group "sounds" is not supported (12 cases)`, "0 passed, 12 failed"},
		{"unknown attributor", smooth, replace(`"name":"SmoothGrad"`, `"name":"RoughGrad"`), `attributor "RoughGrad" is not supported`, "17 passed, 1 failed"},
		{"unknown target", smooth, replace(`"kind":"identity"`, `"kind":"idol"`), `attr_output of kind "idol" is not supported`, "17 passed, 1 failed"},
		{"unknown second order", descent, replace(`"second_order":"exact"`, `"second_order":"third"`), `second order "third" is not supported`, "2 passed, 1 failed"},
		{"other second order", descent, replace(`"second_order":"exact"`, `"second_order":"constant_target"`), `0/epsilon_plus_exact: loss differs by`, "2 passed, 1 failed"},
		{"other first layer", "composites/two_inputs", replace(`"module_order":["conv_left"`, `"module_order":["conv_right","conv_left"`), `module "conv_left" gets "ZPlus(stabilizer=1e-06)", want "Flat(stabilizer=1e-06)"`, "2 passed, 2 failed"},
		{"no merging", "composites/resnet_basic", replace(`"merge_batch_norm":[[["conv1"],"bn1"],`, `"merge_batch_norm":[`), `attribution of x differs`, "8 passed, 1 failed"},
		{"unknown batch norm", "composites/resnet_basic", replace(`"merge_batch_norm":[[["conv1"],"bn1"],`, `"merge_batch_norm":[[["conv1"],"bn9"],`), `no site has the path "bn9"; the nearest are bn1`, "8 passed, 1 failed"},
		{"unknown layer to merge into", "composites/resnet_basic", replace(`"merge_batch_norm":[[["conv1"],"bn1"],`, `"merge_batch_norm":[[["conv9"],"bn1"],`), `bn1 (norm.batch) does not follow one of these layers, but conv1`, "8 passed, 1 failed"},
		{"no residual sum", "composites/resnet_basic", replace(`"residual_sum":true,"rules"`, `"residual_sum":false,"rules"`), `there is no module "layer1.0.canonizer_sum"`, "8 passed, 1 failed"},
		{"missing tensor", edge, replace(`"attribution":{"x":"`, `"attribution":{"x":"no/`), `tensor "no/no_rule/attribution": not in the file`, "11 passed, 1 failed"},
		{"nothing to compare", edge, replace(`"attribution":{"x":"no_rule/attribution"}`, `"attribution":{}`), `no attribution to compare with`, "11 passed, 1 failed"},
		{"missing input", edge, replace(`"inputs":{"x":"input"}`, `"inputs":{}`), `the case has no input "x"`, "11 passed, 1 failed"},
		{"unknown input", edge, replace(`"inputs":{"x":"input"}`, `"inputs":{"x":"no_rule/none"}`), `tensor "no_rule/none": not in the file`, "11 passed, 1 failed"},
		{"misshapen weight", edge, replace(`"weight":"layer.weight"`, `"weight":"layer.bias"`), `linear(f64[5 4], f64[4], f64[4]): want x[... in] and w[out in]`, "0 passed, 12 failed"},
		{"cycle", edge, replace(`"inputs":["x"]`, `"inputs":["layer"]`), `its input "layer" does not come before it`, "0 passed, 12 failed"},
		{"hostile size", "rules/avgpool2d_ceil", replace(`"kernel_size":2`, `"kernel_size":1000000000`), `the number 1000000000 is beyond 4096`, "0 passed, 7 failed"},
		{"hostile volume", "rules/conv2d_dilation", replace(`"stride":`, `"stride":[4096,4096,4096],"was":`), `the product of the numbers [4096 4096 4096] is beyond 16777216`, "0 passed, 13 failed"},
		{"hostile stride of all axes", "rules/conv2d_dilation", replace(`"stride":`, `"stride":4096,"was":`), `the product of the numbers [4096 4096 4096] is beyond 16777216`, "0 passed, 13 failed"},
		{"long name", edge, replace(`"kind":"Linear"`, `"kind":"`+strings.Repeat("L", 1<<20)+`"`), `kind "` + strings.Repeat("L", 96) + "...\n", "0 passed, 12 failed"},
		{"long number", "rules/avgpool2d_ceil", replace(`"kernel_size":2`, `"kernel_size":[1`+strings.Repeat("0", 1<<20)+`]`), `cannot unmarshal number 1000`, "0 passed, 7 failed"},
		{"long text", edge, content(`{"format":1,"group":"` + strings.Repeat("x", 5<<20) + `"}`), `it has more than 4194304 bytes`, "0 passed, 1 failed"},
		{"flatten out of range", "seed/seed8", replace(`"start_dim":1,"end_dim":-1`, `"start_dim":1,"end_dim":4`), `flatten: start_dim 1 and end_dim 4 of [1 10 8 8]: want axes from -4 to 3`, "failed"},
		{"flatten backward", "seed/seed8", replace(`"start_dim":1,"end_dim":-1`, `"start_dim":-1,"end_dim":1`), `flatten: start_dim -1 of [1 10 8 8] comes after end_dim 1`, "failed"},
		{"hostile kernel", "rules/avgpool2d_ceil", replace(`"kernel_size":2`, `"kernel_size":4096`), `the product of the numbers [4096 4096 4096]`, "0 passed, 7 failed"},
		{"hostile number of calls", smooth, replace(`"n_iter":3`, `"n_iter":9000000000000000000`), `9000000000000000000 calls of a network of`, "failed"},
		{"hostile network", "rules/conv2d_dilation", replace(`"padding":[2,0]`, `"padding":[4096,4096]`), `the network makes more than 4194304 numbers`, "0 passed, 13 failed"},
		{"hostile path", edge, replace(`"tensors":"linear_edge.safetensors"`, `"tensors":"../linear_edge.safetensors"`), `is not below the folder`, "0 passed, 1 failed"},
		{"truncated tensors", mlp, truncated, `safetensors`, "0 passed, 1 failed"},
		{"no JSON", edge, content(`{"format":`), `unexpected end of JSON input`, "0 passed, 1 failed"},
		{"other JSON", edge, content(`[1,2]`), `there is no .json file with cases`, "0 passed, 1 failed"},
		{"no format", edge, replace(`"format":1,`, ``), `format is 0, want 1`, "0 passed, 1 failed"},
		{"other format", edge, replace(`"format":1`, `"format":2`), `format is 2, want 1`, "0 passed, 1 failed"},
		{"no cases", edge, content(`{"format":1,"group":"rules","tensors":"linear_edge.safetensors"}`), `it has no cases`, "0 passed, 1 failed"},
		{"odd cases", edge, content(`{"format":1,"group":"rules","tensors":"linear_edge.safetensors","cases":[7,null,{}]}`), `it has no id`, "0 passed, 3 failed"},
		{"picture of another", "digits/digits", replace(`"png/00_label0.png"`, `"png/01_label0.png"`), `png/01_label0.png: image differs`, "1 failed"},
	}
	for i, test := range tests {
		if testing.Short() && i%3 != 0 {
			continue
		}
		t.Run(test.name, func(t *testing.T) {
			path := copied(t, test.suite)
			test.edit(t, path)
			var out strings.Builder
			code := run(&out, []string{filepath.Dir(path)})
			got := out.String()
			lines := strings.Split(strings.TrimSpace(got), "\n")
			if last := lines[len(lines)-1]; code != 1 || !strings.Contains(got, test.want) || !strings.Contains(last, test.last) {
				t.Errorf("got code %d and\n%swant code 1, a line with %q and last %q", code, got, test.want, test.last)
			}
		})
	}
}

func TestFolders(t *testing.T) {
	empty := t.TempDir()
	for _, test := range []struct {
		dirs []string
		code int
		want string
	}{
		{nil, 2, "usage: conformance [-jit] [-onnx-backend DIR] DIR...\n"},
		{[]string{empty}, 1, "FAIL " + empty + ": folder: there is no .json file with cases\n0 passed, 1 failed\n"},
		{[]string{empty + "/none"}, 1, "no such file or directory\n0 passed, 1 failed\n"},
		{[]string{"testdata/adversarial", "testdata/seed"}, 0, "14 passed, 0 failed\n"},
	} {
		var out strings.Builder
		if code := run(&out, test.dirs); code != test.code || !strings.HasSuffix(out.String(), test.want) {
			t.Errorf("%v: got code %d and %q, want code %d and %q", test.dirs, code, out.String(), test.code, test.want)
		}
	}
}
