package datagen

import (
	"encoding/csv"
	"os"
	"testing"

	"github.com/apache/arrow/go/v17/arrow/ipc"
	"github.com/stretchr/testify/require"
)

func makeAll(t *testing.T, rows int) map[string]string {
	set := Set{Dir: t.TempDir(), Rows: rows}
	paths := map[string]string{}
	for name := range generators {
		path, err := set.Make(name)
		require.NoError(t, err)
		paths[name] = path
	}
	return paths
}

func TestSameBytesEveryTime(t *testing.T) {
	first, second := makeAll(t, 1000), makeAll(t, 1000)
	for name := range generators {
		a, err := os.ReadFile(first[name])
		require.NoError(t, err)
		b, err := os.ReadFile(second[name])
		require.NoError(t, err)
		require.Equal(t, a, b, name)
	}
}

func TestCSVShapes(t *testing.T) {
	paths := makeAll(t, 30_000)
	for name, want := range map[string]struct{ rows, columns int }{
		"main.csv":    {30_000, 10},
		"big.csv":     {120_000, 10},
		"wide.csv":    {1_500, 100},
		"strings.csv": {10_000, 6},
		"quoted.csv":  {15_000, 6},
		"drivers.csv": {600, 3},
		"flights.csv": {27_004, 19},
	} {
		records := readCSV(t, paths[name])
		require.Len(t, records, want.rows+1, name)
		require.Len(t, records[0], want.columns, name)
	}
}

// The main table is what the figures in the documentation are about: some 66 bytes a
// row, a null in ten tips, a quote or comma in a twelfth of the notes.
func TestMainTable(t *testing.T) {
	path := makeAll(t, 30_000)["main.csv"]
	info, err := os.Stat(path)
	require.NoError(t, err)
	require.InDelta(t, 66, float64(info.Size())/30_000, 3)
	nulls, quoted := 0, 0
	for _, record := range readCSV(t, path)[1:] {
		if record[6] == "" {
			nulls++
		}
		if len(record[9]) > len("quarry") {
			quoted++
		}
	}
	require.InDelta(t, 3_000, nulls, 300)
	require.InDelta(t, 2_500, quoted, 300)
}

func readCSV(t *testing.T, path string) [][]string {
	f, err := os.Open(path)
	require.NoError(t, err)
	defer f.Close()
	records, err := csv.NewReader(f).ReadAll()
	require.NoError(t, err)
	return records
}

func TestArrowFiles(t *testing.T) {
	paths := makeAll(t, 200_000)
	for _, name := range []string{"numbers.arrow", "words.arrow"} {
		f, err := os.Open(paths[name])
		require.NoError(t, err)
		defer f.Close()
		r, err := ipc.NewFileReader(f)
		require.NoError(t, err)
		rows := int64(0)
		for i := range r.NumRecords() {
			record, err := r.RecordAt(i)
			require.NoError(t, err)
			rows += record.NumRows()
		}
		require.EqualValues(t, 400_000, rows, name)
	}
}

func TestUnknownFile(t *testing.T) {
	_, err := Set{Dir: t.TempDir(), Rows: 1}.Make("nothing.csv")
	require.Error(t, err)
}
