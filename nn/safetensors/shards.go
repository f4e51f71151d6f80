package safetensors

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"unicode/utf8"

	"github.com/pullback-go/pullback/trace"
)

// shardEnding ends the names of all shards.
const shardEnding = ".safetensors"

// leastPlacement is the number of bytes of "":"x.safetensors", without the x.
const leastPlacement = 18

// shardIndex says in which file of a folder each tensor lies.
type shardIndex struct {
	tensors []placement
	byName  names // of the tensors
	shards  []string
	byShard names // of the shards
	total   int   // bytes of all tensors, or -1 if the index does not say
}

// placement is a tensor and the number of its shard.
type placement struct {
	name  string
	shard uint32
}

// readShards reads the tensors that an index lists. All shards are checked before the
// first tensor is read.
func readShards(path string) (map[string]trace.Value, error) {
	x, err := readIndex(path)
	if err == nil {
		err = x.check(filepath.Dir(path))
	}
	if err != nil {
		return nil, fileError(path, err)
	}
	out := make(map[string]trace.Value, len(x.tensors))
	for i, shard := range x.shards {
		tensors, err := Read(filepath.Join(filepath.Dir(path), shard))
		if err != nil {
			return nil, err
		}
		for name, v := range tensors {
			if at := *x.byName.find(name); at == 0 || x.tensors[at-1].shard != uint32(i) {
				return nil, fileError(path, fmt.Errorf("shard %s has changed while it was read", quote(shard)))
			}
			out[name] = v
		}
	}
	if len(out) != len(x.tensors) {
		return nil, fileError(path, errors.New("the shards have changed while they were read"))
	}
	return out, nil
}

// readIndex reads the index at path.
func readIndex(path string) (x *shardIndex, err error) {
	err = open(path, func(file *os.File, size int64) error {
		if size > mostHeader {
			return fmt.Errorf("an index of %d bytes is more than the %d that a header may have", size, mostHeader)
		}
		var text strings.Builder
		text.Grow(int(size))
		if _, err := io.CopyN(&text, file, size); err != nil {
			return shrunk(err)
		}
		x, err = parseIndex(text.String())
		return err
	})
	return x, err
}

// parseIndex reads {"metadata": {"total_size": 1234}, "weight_map": {"tensor":
// "shard.safetensors"}}. The metadata may have more, or be left out.
func parseIndex(text string) (*shardIndex, error) {
	if !utf8.ValidString(text) {
		return nil, errors.New("the index is not UTF-8")
	}
	x, s := &shardIndex{total: -1}, &scanner{text: text, of: "index"}
	met := map[string]bool{}
	err := s.object(func(key string, _ int) error {
		if met[key] {
			return fmt.Errorf("%s is there twice", quote(key))
		}
		met[key] = true
		switch key {
		case "metadata":
			return x.readMetadata(s)
		case "weight_map":
			return x.readPlacements(s)
		}
		return fmt.Errorf("unknown field %s: an index has metadata and weight_map", quote(key))
	})
	if err != nil {
		return nil, err
	}
	if s.peek(); s.at < len(text) {
		return nil, errors.New("the index goes on after its closing }")
	}
	if !met["weight_map"] {
		return nil, errors.New("no weight_map")
	}
	return x, nil
}

// readMetadata reads the total size and passes over everything else.
func (x *shardIndex) readMetadata(s *scanner) error {
	return s.object(func(key string, _ int) (err error) {
		if key != "total_size" {
			return s.skip()
		}
		if x.total >= 0 {
			return errors.New("total_size is there twice")
		}
		x.total, err = s.number("total_size")
		return err
	})
}

func (x *shardIndex) readPlacements(s *scanner) error {
	most := min(s.members(), len(s.text)/leastPlacement+1)
	x.tensors, x.shards = make([]placement, 0, most), make([]string, 0, most)
	x.byName = newNames(most, func(id uint32) string { return x.tensors[id].name })
	x.byShard = newNames(most, func(id uint32) string { return x.shards[id] })
	return s.object(func(name string, _ int) error {
		if !x.byName.add(name, uint32(len(x.tensors))) {
			return &tensorError{name, errors.New("is there twice")}
		}
		shard, err := s.str("the name of a shard")
		if err == nil {
			err = checkShard(shard)
		}
		if err != nil {
			return &tensorError{name, err}
		}
		if x.byShard.add(shard, uint32(len(x.shards))) {
			x.shards = append(x.shards, shard)
		}
		x.tensors = append(x.tensors, placement{name, *x.byShard.find(shard) - 1})
		return nil
	})
}

// checkShard returns an error unless the name is that of a file in the folder of the
// index, so that an index cannot reach for files elsewhere.
func checkShard(name string) error {
	if strings.ContainsAny(name, "/\\:\x00") || !filepath.IsLocal(name) {
		return fmt.Errorf("shard %s is not the name of a file beside the index", quote(name))
	}
	if !strings.HasSuffix(name, shardEnding) {
		return fmt.Errorf("the name of shard %s does not end in %s", quote(name), shardEnding)
	}
	return nil
}

// check reads the headers of all shards in a folder and compares them with the index.
func (x *shardIndex) check(folder string) error {
	counts := make([]int, len(x.shards))
	for _, p := range x.tensors {
		counts[p.shard]++
	}
	total := 0
	for i, shard := range x.shards {
		err := open(filepath.Join(folder, shard), func(file *os.File, size int64) error {
			f, err := index(shard, file, size)
			if err != nil {
				return err
			}
			total += int(size) - 8 - len(f.text)
			return x.checkNames(f, uint32(i), counts[i])
		})
		if err != nil {
			return fmt.Errorf("shard %s: %w", quote(shard), bare(err))
		}
	}
	if x.total >= 0 && total != x.total {
		return fmt.Errorf("total_size is %d, but the tensors of the %d shards have %d bytes", x.total, len(x.shards), total)
	}
	return nil
}

// checkNames compares the names in a shard with the count of them that the index places
// there.
func (x *shardIndex) checkNames(f *File, shard uint32, count int) error {
	for _, e := range f.tensors {
		at := *x.byName.find(e.name)
		switch {
		case at == 0:
			return &tensorError{e.name, errors.New("is not in the index")}
		case x.tensors[at-1].shard != shard:
			return &tensorError{e.name, fmt.Errorf("is in shard %s by the index", quote(x.shards[x.tensors[at-1].shard]))}
		}
	}
	if len(f.tensors) == count {
		return nil
	}
	for _, p := range x.tensors {
		if p.shard == shard && f.entry(p.name) == nil {
			return &tensorError{p.name, errors.New("is not in it")}
		}
	}
	return nil
}
