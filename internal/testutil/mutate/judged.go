package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
)

// readJudged reads the survivors that are judged equivalent: a line for each of file |
// source line | before → after | reason. Lines that are empty or begin with # say
// nothing. A list that is not there is empty.
func readJudged(file string) (map[string]string, error) {
	out := map[string]string{}
	data, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return out, nil
	}
	if err != nil {
		return nil, err
	}
	for i, line := range strings.Split(string(data), "\n") {
		if line = strings.TrimSpace(line); line == "" || line[0] == '#' {
			continue
		}
		at := strings.LastIndex(line, " | ")
		if at < 0 || strings.Count(line, " | ") < 3 {
			return nil, fmt.Errorf("%s:%d: want file | source line | before → after | reason", file, i+1)
		}
		out[line[:at]] = line[at+3:]
	}
	return out, nil
}

// key is how a list of judged survivors names the mutant: not by number of line, which
// moves.
func (m mutant) key() string { return m.file + " | " + m.source + " | " + m.before + " → " + m.after }
