// Command reader verifies a journal with the transparency log packages of the Go project, which share no code with CUPS.
//
//	reader <folder> <name+id+base64> [<earlier checkpoint>]
package main

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const tileHeight = 8

func main() {
	if err := run(os.Args[1], os.Args[2], os.Args[3:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(folder, key string, earlier []string) error {
	tree, err := readCheckpoint(filepath.Join(folder, "checkpoint"), key)
	if err != nil {
		return err
	}
	// TileHashReader authenticates each tile that it reads by the root of the tree.
	hashes := tlog.TileHashReader(tree, tiles{folder})
	if err := checkEntries(folder, tree, hashes); err != nil {
		return err
	}
	for _, file := range earlier {
		if err := checkEarlier(file, key, tree, hashes); err != nil {
			return err
		}
	}
	fmt.Printf("verified %d entries\n", tree.N)
	return nil
}

func readCheckpoint(file, key string) (tlog.Tree, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return tlog.Tree{}, err
	}
	verifier, err := note.NewVerifier(key)
	if err != nil {
		return tlog.Tree{}, err
	}
	opened, err := note.Open(text, note.VerifierList(verifier))
	if err != nil {
		return tlog.Tree{}, err
	}
	lines := strings.Split(opened.Text, "\n")
	if lines[0] != verifier.Name() {
		return tlog.Tree{}, errors.New("the checkpoint is of another log")
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil {
		return tlog.Tree{}, err
	}
	root, err := base64.StdEncoding.DecodeString(lines[2])
	if err != nil || len(root) != tlog.HashSize {
		return tlog.Tree{}, errors.New("the root is no hash")
	}
	return tlog.Tree{N: size, Hash: tlog.Hash(root)}, nil
}

// checkEntries compares the hash of each entry with the authenticated tiles.
func checkEntries(folder string, tree tlog.Tree, hashes tlog.HashReader) error {
	for first := int64(0); first < tree.N; first += 1 << tileHeight {
		width := min(1<<tileHeight, int(tree.N-first))
		bundle, err := readPath(folder, "records", first>>tileHeight, width)
		if err != nil {
			return err
		}
		for index := first; index < first+int64(width); index++ {
			length := int(binary.BigEndian.Uint16(bundle))
			data := sha256.Sum256(bundle[2 : 2+length])
			bundle = bundle[2+length:]
			found, err := hashes.ReadHashes([]int64{tlog.StoredHashIndex(0, index)})
			if err != nil {
				return err
			}
			if found[0] != tlog.RecordHash(data[:]) {
				return fmt.Errorf("entry %d was altered", index)
			}
		}
	}
	return nil
}

func checkEarlier(file, key string, tree tlog.Tree, hashes tlog.HashReader) error {
	earlier, err := readCheckpoint(file, key)
	if err != nil {
		return err
	}
	proof, err := tlog.ProveTree(tree.N, earlier.N, hashes)
	if err != nil {
		return err
	}
	return tlog.CheckTree(proof, tree.N, tree.Hash, earlier.N, earlier.Hash)
}

// tiles reads the tiles of a folder as tlog.TileReader.
type tiles struct{ folder string }

func (t tiles) Height() int { return tileHeight }

func (t tiles) SaveTiles([]tlog.Tile, [][]byte) {}

func (t tiles) ReadTiles(wanted []tlog.Tile) ([][]byte, error) {
	var contents [][]byte
	for _, tile := range wanted {
		content, err := readPath(t.folder, filepath.Join("tile", strconv.Itoa(tile.L)), tile.N, tile.W)
		if err != nil {
			return nil, err
		}
		contents = append(contents, content[:tile.W*tlog.HashSize])
	}
	return contents, nil
}

// readPath returns a tile of a level or a bundle. The full file replaces its partial ones.
func readPath(folder, level string, index int64, width int) ([]byte, error) {
	name := fmt.Sprintf("%03d", index%1000)
	for rest := index / 1000; rest > 0; rest /= 1000 {
		name = fmt.Sprintf("x%03d/%s", rest%1000, name)
	}
	path := filepath.Join(folder, level, name)
	if content, err := os.ReadFile(path); err == nil {
		return content, nil
	}
	return os.ReadFile(filepath.Join(path+".p", strconv.Itoa(width)))
}
