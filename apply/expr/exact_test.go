package expr

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"
	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/internal/ir"
)

// named is a column of a test's record batch.
type named struct {
	name string
	arrow.Array
}

func recordOf(columns ...named) arrow.Record {
	var fields []arrow.Field
	var arrays []arrow.Array
	for _, c := range columns {
		fields = append(fields, arrow.Field{Name: c.name, Type: c.DataType(), Nullable: true})
		arrays = append(arrays, c.Array)
	}
	return array.NewRecord(arrow.NewSchema(fields, nil), arrays, int64(arrays[0].Len()))
}

// counts are values of a type that lies in memory as int32s or int64s.
func counts(name string, dt arrow.DataType, values ...int64) named {
	var ints arrow.Array
	if dt.(arrow.FixedWidthDataType).BitWidth() == 32 {
		b := array.NewInt32Builder(memory.DefaultAllocator)
		for _, v := range values {
			b.Append(int32(v))
		}
		ints = b.NewArray()
	} else {
		b := array.NewInt64Builder(memory.DefaultAllocator)
		b.AppendValues(values, nil)
		ints = b.NewArray()
	}
	return named{name, array.MakeFromData(array.NewData(dt, len(values), ints.Data().Buffers(), nil, 0, 0))}
}

// written are values given as text, "" for null.
func written(t testing.TB, name string, dt arrow.DataType, values ...string) named {
	b := array.NewBuilder(memory.DefaultAllocator, dt)
	for _, v := range values {
		if v == "" {
			b.AppendNull()
		} else {
			require.NoError(t, b.AppendValueFromString(v))
		}
	}
	return named{name, b.NewArray()}
}

func decimalType(precision, scale int32) arrow.DataType {
	return &arrow.Decimal128Type{Precision: precision, Scale: scale}
}

func timestampType(u arrow.TimeUnit, zone string) arrow.DataType {
	return &arrow.TimestampType{Unit: u, TimeZone: zone}
}

// checkTexts evaluates each text and compares with what is wanted: failing where a row fails.
func checkTexts(t *testing.T, rec arrow.Record, texts map[string][]any) {
	t.Helper()
	for text, want := range texts {
		got, failed := evalText(t, rec, text)
		for i, w := range want {
			if w == (failing{}) {
				require.Contains(t, failed, i, "%s: row %d is %v", text, i, got[i])
				continue
			}
			require.NotContains(t, failed, i, "%s: row %d", text, i)
			require.Equal(t, w, got[i], "%s: row %d", text, i)
		}
	}
}

type failing struct{}

// A cast that is written is made, whatever is done with its value.
func TestCastsAreKept(t *testing.T) {
	rec := recordOf(
		written(t, "p", decimalType(10, 2), "1.50", "2.49", "0.05", ""),
		written(t, "rate", decimalType(10, 4), "0.0825", "0.0825", "0.0825", "0.0825"),
		written(t, "qty", decimalType(10, 0), "3", "3", "3", "3"),
		written(t, "n", arrow.PrimitiveTypes.Int64, "3", "-3", "1000", ""),
		written(t, "x", arrow.PrimitiveTypes.Float64, "0.1", "16777217", "2.9", ""),
		counts("at", timestampType(arrow.Millisecond, "UTC"), 1999, -1, 1000, 0),
	)
	checkTexts(t, rec, map[string][]any{
		`cast(cast(p * rate, decimal(10, 2)) * qty, string)`:                 {"0.36", "0.63", "0.00", nil},
		`cast(qty * cast(p * rate, decimal(10, 2)), string)`:                 {"0.36", "0.63", "0.00", nil},
		`cast(cast(p, decimal(10, 1)) * n, string)`:                          {"4.5", "-7.5", "100.0", nil},
		`cast(cast(p, decimal(10, 1)) * 2, string)`:                          {"3.0", "5.0", "0.2", nil},
		`cast(cast(p, decimal(10, 1)) * 0.5, string)`:                        {"0.75", "1.25", "0.05", nil},
		`cast(cast(p, decimal(10, 1)) * cast(p, decimal(10, 0)), string)`:    {"3.0", "5.0", "0.0", nil},
		`cast(cast(p, decimal(10, 1)) + p, string)`:                          {"3.00", "4.99", "0.15", nil},
		`cast(cast(p, decimal(10, 1)) - p, string)`:                          {"0.00", "0.01", "0.05", nil},
		`cast(p, decimal(10, 1)) == p`:                                       {true, false, false, nil},
		`cast(p, decimal(10, 1)) / cast(1, decimal(3, 1))`:                   {1.5, 2.5, 0.1, nil},
		`cast(x, float32) * 1`:                                               {float32(0.1), float32(16777216), float32(2.9), nil},
		`cast(cast(x, float32), float64) == x`:                               {false, false, false, nil},
		`cast(cast(x, float32), float64) + x`:                                {float64(float32(0.1)) + 0.1, 16777216.0 + 16777217, float64(float32(2.9)) + 2.9, nil},
		`cast(cast(x, int64), float64) * x`:                                  {0.0, 16777217.0 * 16777217, 2 * 2.9, nil},
		`cast(x, int8) + 1`:                                                  {int8(1), failing{}, int8(3), nil},
		`cast(n, int8) * 2`:                                                  {int8(6), int8(-6), failing{}, nil},
		`cast(cast(n, int8), int64) + n`:                                     {int64(6), int64(-6), failing{}, nil},
		`cast(cast(at, timestamp("s", "UTC")), timestamp("ms", "UTC")) < at`: {true, true, false, false},
		`at - cast(at, timestamp("s", "UTC")) == cast(999, duration("ms"))`:  {true, true, false, false},
		`cast(cast(1.25, decimal(3, 2)), decimal(3, 1)) == 1.3`:              {true},
		`cast(cast(0.1, float32), float64) == 0.1`:                           {false},
		`cast(cast(300, int16), float64) * 2`:                                {600.0},
	})
}

// Rounding and its kin keep every digit of integers and decimals.
func TestRoundingIsExact(t *testing.T) {
	rec := recordOf(
		written(t, "n", arrow.PrimitiveTypes.Int64, "9007199254740993", "-9007199254740993", "9223372036854775807", "-9223372036854775808", ""),
		written(t, "u", arrow.PrimitiveTypes.Uint64, "9007199254740993", "18446744073709551615", "0", "15", ""),
		written(t, "s", arrow.PrimitiveTypes.Int8, "125", "-125", "-128", "4", ""),
		written(t, "d", decimalType(38, 4), "1234567890123456789012345678901234.5678", "-1234567890123456789012345678901234.5678", "0.0005", "-0.4999", ""),
		written(t, "e", decimalType(5, 2), "999.95", "-999.95", "0.50", "-2.50", ""),
	)
	checkTexts(t, rec, map[string][]any{
		`abs(n)`:                         {int64(9007199254740993), int64(9007199254740993), int64(math.MaxInt64), int64(math.MinInt64), nil},
		`round(n)`:                       {int64(9007199254740993), int64(-9007199254740993), int64(math.MaxInt64), int64(math.MinInt64), nil},
		`round(n, 2)`:                    {int64(9007199254740993), int64(-9007199254740993), int64(math.MaxInt64), int64(math.MinInt64), nil},
		`round(n, -1)`:                   {int64(9007199254740990), int64(-9007199254740990), failing{}, failing{}, nil},
		`round(n, -15)`:                  {int64(9e15), int64(-9e15), int64(9223e15), int64(-9223e15), nil},
		`round(n, -40)`:                  {int64(0), int64(0), int64(0), int64(0), nil},
		`floor(n)`:                       {int64(9007199254740993), int64(-9007199254740993), int64(math.MaxInt64), int64(math.MinInt64), nil},
		`ceil(u)`:                        {uint64(9007199254740993), uint64(math.MaxUint64), uint64(0), uint64(15), nil},
		`trunc(u)`:                       {uint64(9007199254740993), uint64(math.MaxUint64), uint64(0), uint64(15), nil},
		`round(u, -1)`:                   {uint64(9007199254740990), failing{}, uint64(0), uint64(20), nil},
		`round(s, -1)`:                   {failing{}, failing{}, failing{}, int8(0), nil},
		`round(s, -2)`:                   {int8(100), int8(-100), int8(-100), int8(0), nil},
		`cast(abs(d), string)`:           {"1234567890123456789012345678901234.5678", "1234567890123456789012345678901234.5678", "0.0005", "0.4999", nil},
		`cast(round(d), string)`:         {"1234567890123456789012345678901235", "-1234567890123456789012345678901235", "0", "0", nil},
		`cast(round(d, 3), string)`:      {"1234567890123456789012345678901234.568", "-1234567890123456789012345678901234.568", "0.001", "-0.500", nil},
		`cast(round(d, 9), string)`:      {"1234567890123456789012345678901234.5678", "-1234567890123456789012345678901234.5678", "0.0005", "-0.4999", nil},
		`cast(round(d, -3), string)`:     {"1234567890123456789012345678901000", "-1234567890123456789012345678901000", "0", "0", nil},
		`cast(floor(d), string)`:         {"1234567890123456789012345678901234", "-1234567890123456789012345678901235", "0", "-1", nil},
		`cast(ceil(d), string)`:          {"1234567890123456789012345678901235", "-1234567890123456789012345678901234", "1", "0", nil},
		`cast(trunc(d), string)`:         {"1234567890123456789012345678901234", "-1234567890123456789012345678901234", "0", "0", nil},
		`cast(round(e, 1), string)`:      {"1000.0", "-1000.0", "0.5", "-2.5", nil},
		`cast(round(e), string)`:         {"1000", "-1000", "1", "-3", nil},
		`cast(floor(e), string)`:         {"999", "-1000", "0", "-3", nil},
		`cast(min(d, e), string)`:        {"999.9500", "-1234567890123456789012345678901234.5678", "0.0005", "-2.5000", nil},
		`cast(max(e, d, 0), string)`:     {"1234567890123456789012345678901234.5678", "0.0000", "0.5000", "0.0000", nil},
		`cast(clip(e, -1, 1.5), string)`: {"1.50", "-1.00", "0.50", "-1.00", nil},
		`max(n, 5)`:                      {int64(9007199254740993), int64(5), int64(math.MaxInt64), int64(5), nil},
		`func(n int64) float64 { return math.Floor(float64(n)) }`: {9007199254740992.0},
		`round(7) / 2`:   {int64(3)},
		`round(7.0) / 2`: {3.5},
	})
}

// Times are exact, or the row fails.
func TestTimesDoNotWrap(t *testing.T) {
	const most, least = math.MaxInt64, math.MinInt64
	rec := recordOf(
		counts("ns", timestampType(arrow.Nanosecond, "UTC"), 9223286400000000000, least, 0, 1500000000),
		counts("old", timestampType(arrow.Nanosecond, "UTC"), -2208988800000000000, most, 1, -1),
		counts("s", timestampType(arrow.Second, ""), most, least, 253402300800, 1),
		counts("us", timestampType(arrow.Microsecond, ""), 1, -1, 253402300800000000, 1000001),
		counts("d", arrow.FixedWidthTypes.Date32, math.MaxInt32, math.MinInt32, 0, 1),
		counts("far", arrow.FixedWidthTypes.Date64, 9223372036828800000, -9223372036828800000, 0, 86400000),
		counts("h", &arrow.DurationType{Unit: arrow.Second}, 3600, most, least, -2),
		counts("dn", &arrow.DurationType{Unit: arrow.Nanosecond}, most, -1, 1, -1999999999),
		counts("n", arrow.PrimitiveTypes.Int64, 2, 3, -1, most),
	)
	day := int64(86400)
	checkTexts(t, rec, map[string][]any{
		`ns - old`:                               {failing{}, failing{}, int64(-1), int64(1500000001)},
		`old - ns`:                               {failing{}, failing{}, int64(1), int64(-1500000001)},
		`diff(ns, old, "day")`:                   {(9223286400 + 2208988800) / day, int64(-213503), int64(0), int64(0)},
		`diff(ns, old, "second")`:                {int64(9223286400 + 2208988800), int64(-18446744073), int64(0), int64(1)},
		`diff(ns, old, "year")`:                  {int64(362), int64(-584), int64(0), int64(0)},
		`ns + h`:                                 {int64(9223290000000000000), failing{}, failing{}, int64(-500000000)},
		`ns - h`:                                 {int64(9223282800000000000), failing{}, failing{}, int64(3500000000)},
		`s + h`:                                  {failing{}, int64(-1), int64(least) + 253402300800, int64(-1)},
		`us + h`:                                 {int64(3600000001), failing{}, failing{}, int64(-999999)},
		`d + h`:                                  {int64(math.MaxInt32)*day + 3600, int64(math.MinInt32)*day + most, int64(least), day - 2},
		`d - d`:                                  {int64(0), int64(0), int64(0), int64(0)},
		`d - cast("1969-12-31", date)`:           {(int64(math.MaxInt32) + 1) * day, (int64(math.MinInt32) + 1) * day, day, 2 * day},
		`far - far`:                              {int64(0), int64(0), int64(0), int64(0)},
		`far - cast(d, timestamp("ms"))`:         {int64(9037829449728000000), int64(-9037829449641600000), int64(0), int64(0)},
		`h * n`:                                  {int64(7200), failing{}, failing{}, failing{}},
		`n * h`:                                  {int64(7200), failing{}, failing{}, failing{}},
		`h * 3`:                                  {int64(10800), failing{}, failing{}, int64(-6)},
		`h / n`:                                  {int64(1800), int64(most / 3), failing{}, int64(0)},
		`h / 0`:                                  {failing{}, failing{}, failing{}, failing{}},
		`-h`:                                     {int64(-3600), int64(-most), failing{}, int64(2)},
		`abs(h)`:                                 {int64(3600), int64(most), failing{}, int64(2)},
		`h + dn`:                                 {failing{}, failing{}, failing{}, int64(-3999999999)},
		`h - h`:                                  {int64(0), int64(0), int64(0), int64(0)},
		`add(ns, 100, "year")`:                   {failing{}, int64(least) + 36525*day*1e9 - day*1e9, 36525 * day * 1e9, 36525*day*1e9 + 1500000000},
		`add(ns, -1, "second")`:                  {int64(9223286399000000000), failing{}, int64(-1000000000), int64(500000000)},
		`add(s, n, "week")`:                      {failing{}, int64(least) + 3*7*day, 253402300800 - 7*day, failing{}},
		`add(d, n, "month")`:                     {failing{}, int32(math.MinInt32 + 92), int32(-31), failing{}},
		`add(us, n, "hour")`:                     {2*3600*int64(1e6) + 1, 3*3600*int64(1e6) - 1, 253402300800000000 - 3600*int64(1e6), failing{}},
		`trunc(ns, "year")`:                      {int64(9214646400000000000), failing{}, int64(0), int64(0)},
		`trunc(ns, "hour")`:                      {int64(9223286400000000000), failing{}, int64(0), int64(0)},
		`trunc(d, "month")`:                      {int32(math.MaxInt32 - 10), failing{}, int32(0), int32(0)},
		`cast(s, timestamp("ms"))`:               {failing{}, failing{}, int64(253402300800000), int64(1000)},
		`cast(s, date)`:                          {failing{}, failing{}, int32(2932897), int32(0)},
		`cast(far, date)`:                        {failing{}, failing{}, int32(0), int32(1)},
		`cast(d, timestamp("ns"))`:               {failing{}, failing{}, int64(0), day * 1e9},
		`cast(d, timestamp("us", "Asia/Tokyo"))`: {failing{}, failing{}, int64(-9 * 3600 * 1e6), (day - 9*3600) * 1e6},
		`cast(h, duration("ns"))`:                {int64(3600e9), failing{}, failing{}, int64(-2e9)},
		`cast(dn, duration("s"))`:                {int64(9223372036), int64(0), int64(0), int64(-1)},
		`cast(ns, timestamp("s", "UTC"))`:        {int64(9223286400), int64(-9223372037), int64(0), int64(1)},
		`cast(s, int32)`:                         {failing{}, failing{}, failing{}, int32(1)},
		`cast(h, string)`:                        {"1h0m0s", "2562047788015215h30m7s", "-2562047788015215h30m8s", "-2s"},
	})
}

// Operands are brought to one type first, which may not hold one of them.
func TestOperandsMeetFirst(t *testing.T) {
	rec := recordOf(
		written(t, "whole", decimalType(38, 0), "150000000", "15", "99999999", ""),
		written(t, "fine", decimalType(38, 30), "-60000000", "-6", "-99999999.5", "1"),
		counts("s", timestampType(arrow.Second, ""), 9223372036855, 9223372036854, 0, 1),
		counts("us", timestampType(arrow.Microsecond, ""), math.MaxInt64, math.MaxInt64, 1, 1),
		counts("ns", timestampType(arrow.Nanosecond, ""), -1000000000000000000, -1, 0, 1),
		counts("h", &arrow.DurationType{Unit: arrow.Second}, 9300000000, 9223372036, 1, 0),
		counts("hn", &arrow.DurationType{Unit: arrow.Nanosecond}, -1000000000000000000, -1, 0, 0),
	)
	checkTexts(t, rec, map[string][]any{
		`cast(cast(whole + fine, decimal(38, 1)), string)`: {failing{}, "9.0", "-0.5", nil},
		`cast(whole + cast(fine, decimal(38, 1)), string)`: {"90000000.0", "9.0", "-0.5", nil},
		`cast(min(whole, fine), string)`:                   {failing{}, "-6.000000000000000000000000000000", "-99999999.500000000000000000000000000000", nil},
		`whole > fine`:                                     {true, true, true, nil},
		`s - us`:                                           {failing{}, int64(-775807), int64(-1), int64(999999)},
		`cast(s - cast(us, timestamp("s")), int64)`:        {int64(1), int64(0), int64(0), int64(1)},
		`ns + h`: {failing{}, int64(9223372035999999999), int64(1000000000), int64(1)},
		`h + hn`: {failing{}, int64(9223372035999999999), int64(1000000000), int64(0)},
		`cast(cast(ns, timestamp("s")) + h, string)`: {"2233-01-06T19:33:20", "2262-04-11T23:47:15", "1970-01-01T00:00:01", "1970-01-01T00:00:00"},
	})
	_, err := Compile(recordOf(written(t, "u", arrow.PrimitiveTypes.Uint64, "1"), written(t, "n", arrow.PrimitiveTypes.Int64, "1")).Schema(), "u + n")
	require.ErrorContains(t, err, "no integer type holds both; cast one")
}

// diff counts days on the wall clock where a day is skipped or repeated in part, and hours as they
// pass.
func TestDiffAcrossChangesOfTheClock(t *testing.T) {
	zoned := func(name, zone string, texts ...string) named {
		return written(t, name, timestampType(arrow.Second, zone), texts...)
	}
	rec := recordOf( // Berlin: 02:00 becomes 03:00, 02:00; 03:00 becomes 02:00, twice; São Paulo skips midnight
		zoned("b", "Europe/Berlin", "2024-03-30T02:30:00+01:00", "2024-03-30T02:30:00+01:00", "2024-03-31T01:30:00+01:00", "2024-10-26T02:30:00+02:00", "2024-10-27T02:50:00+02:00"),
		zoned("a", "Europe/Berlin", "2024-03-31T03:15:00+02:00", "2024-04-06T03:15:00+02:00", "2024-03-31T03:00:00+02:00", "2024-10-27T02:30:00+01:00", "2024-10-27T02:10:00+01:00"),
		zoned("p", "America/Sao_Paulo", "2018-11-03T00:00:00-03:00", "2018-11-03T00:30:00-03:00", "2018-11-03T23:59:59-03:00", "2018-10-04T00:00:00-03:00", "2018-11-03T00:00:00-03:00"),
		zoned("q", "America/Sao_Paulo", "2018-11-04T01:00:00-02:00", "2018-11-04T01:00:00-02:00", "2018-11-04T01:00:00-02:00", "2018-11-04T01:00:00-02:00", "2018-11-03T23:59:59-03:00"),
	)
	checkTexts(t, rec, map[string][]any{
		`diff(a, b, "day")`:                     {int64(1), int64(7), int64(0), int64(1), int64(0)},
		`diff(b, a, "day")`:                     {int64(-1), int64(-7), int64(0), int64(-1), int64(0)},
		`diff(a, b, "week")`:                    {int64(0), int64(1), int64(0), int64(0), int64(0)},
		`diff(a, b, "hour")`:                    {int64(23), int64(167), int64(0), int64(25), int64(0)},
		`diff(a, b, "minute")`:                  {int64(23*60 + 45), int64(167*60 + 45), int64(30), int64(25 * 60), int64(20)},
		`add(b, diff(a, b, "day"), "day") <= a`: {false, true, true, true, true},
		`diff(q, p, "day")`:                     {int64(1), int64(1), int64(0), int64(31), int64(0)},
		`diff(q, p, "month")`:                   {int64(0), int64(0), int64(0), int64(1), int64(0)},
		`diff(q, p, "hour")`:                    {int64(24), int64(23), int64(0), int64(31 * 24), int64(23)},
	})
	for _, text := range []string{`diff(a, b, "day")`, `diff(q, p, "month")`, `diff(a, b, "hour")`} {
		checkAgainstOracle(t, rec, text)
	}
}

// Times of different units and zones, and decimals of different scales, compare by what they mean.
func TestComparisonsAreExact(t *testing.T) {
	ny, berlin := "America/New_York", "Europe/Berlin"
	rec := recordOf(
		counts("s", timestampType(arrow.Second, berlin), 1709164800, 253402300800, math.MinInt64, 0),
		counts("ns", timestampType(arrow.Nanosecond, ny), 1709164800000000000, math.MaxInt64, math.MinInt64, 1),
		counts("us", timestampType(arrow.Microsecond, "UTC"), 1709164800000001, 253402300800000000, 0, 0),
		counts("wall", timestampType(arrow.Millisecond, ""), 1709164800000, 253402300800000, 0, 1),
		counts("d", arrow.FixedWidthTypes.Date32, 19782, 2932897, math.MinInt32, 0),
		counts("d64", arrow.FixedWidthTypes.Date64, 19782*86400000, 2932897*86400000, 0, 0),
		counts("h", &arrow.DurationType{Unit: arrow.Second}, 1, math.MaxInt64, math.MinInt64, 0),
		counts("hn", &arrow.DurationType{Unit: arrow.Nanosecond}, 1000000001, math.MaxInt64, math.MinInt64, 0),
		written(t, "a", decimalType(38, 0), "12345678901234567890123456789012345678", "-99999999999999999999999999999999999999", "1", "0"),
		written(t, "b", decimalType(38, 30), "12345678.5", "-12345678.5", "1.000000000000000000000000000001", "0"),
		written(t, "n", arrow.PrimitiveTypes.Int64, "9223372036854775807", "-1", "1", "0"),
	)
	checkTexts(t, rec, map[string][]any{
		`s == ns`:                            {true, false, false, false},
		`s < us`:                             {true, false, true, false},
		`ns >= s`:                            {true, false, true, true},
		`ns < s`:                             {false, true, false, false},
		`us != s`:                            {true, false, true, false},
		`us > ns`:                            {true, true, true, false},
		`in(ns, us, s)`:                      {true, false, false, false},
		`between(s, ns, us)`:                 {true, true, false, false},
		`wall == d`:                          {true, true, false, false},
		`d < wall`:                           {false, false, true, true},
		`d64 == d`:                           {true, true, false, true},
		`cast(wall, timestamp("ns")) >= d64`: {true, failing{}, true, true},
		`s == d`:                             {false, false, false, false},
		`s >= d`:                             {true, true, false, true},
		`h < hn`:                             {true, false, true, false},
		`h == hn`:                            {false, false, false, true},
		`a > b`:                              {true, false, false, false},
		`b <= a`:                             {true, false, false, true},
		`a == b`:                             {false, false, false, true},
		`n < a`:                              {true, false, false, false},
		`b >= n`:                             {false, false, true, true},
		`n != b`:                             {true, true, true, false},
		`coalesce(s, us) == us`:              {false, true, failing{}, true},
		`max(cast(s, timestamp("us", "UTC")), us) == us`: {true, true, failing{}, true},
		`s - us < cast(0, duration("us"))`:               {true, false, failing{}, false},
	})
	for _, text := range []string{`s == wall`, `wall < us`, `wall - ns`, `coalesce(wall, s)`, `in(wall, us)`} {
		_, err := Compile(rec.Schema(), text)
		require.ErrorContains(t, err, "cast one", text)
	}
}

// A constant that the column has no value for is compared as it is.
func TestConstantsBetweenValues(t *testing.T) {
	rec := recordOf(
		counts("t", timestampType(arrow.Millisecond, ""), 1577836801000, 1577836801001, -1, 0),
		counts("z", timestampType(arrow.Second, "Europe/Berlin"), 1577836800, 1577836801, -1, 0),
		counts("d", arrow.FixedWidthTypes.Date32, 18262, 18263, 0, -1),
		counts("d64", arrow.FixedWidthTypes.Date64, 18262*86400000, 18263*86400000, 0, -86400000),
		counts("ns", timestampType(arrow.Nanosecond, ""), math.MaxInt64, math.MinInt64, 0, 1),
		counts("c", &arrow.Time32Type{Unit: arrow.Millisecond}, 45000000, 45000001, 0, 86399999),
		counts("h", &arrow.DurationType{Unit: arrow.Second}, 1, 2, -1, 0),
		written(t, "n", arrow.PrimitiveTypes.Int64, "1", "2", "9007199254740993", "-1"),
		written(t, "u", arrow.PrimitiveTypes.Uint8, "0", "255", "1", ""),
		written(t, "p", decimalType(5, 2), "0.12", "0.13", "-0.13", "999.99"),
		written(t, "w", decimalType(38, 2), "0.12", "999999999999999999999999999999999999.99", "0", ""),
		written(t, "f", arrow.PrimitiveTypes.Float32, "0.1", "0.5", "-0.1", ""),
	)
	checkTexts(t, rec, map[string][]any{
		`t == "2020-01-01 00:00:01.0005"`:                                    {false, false, false, false},
		`t != "2020-01-01 00:00:01.0005"`:                                    {true, true, true, true},
		`t < "2020-01-01 00:00:01.0005"`:                                     {true, false, true, true},
		`t <= "2020-01-01 00:00:01.0005"`:                                    {true, false, true, true},
		`t > "2020-01-01 00:00:01.0005"`:                                     {false, true, false, false},
		`t >= "2020-01-01 00:00:01.0005"`:                                    {false, true, false, false},
		`"2020-01-01 00:00:01.0005" > t`:                                     {true, false, true, true},
		`t >= "1969-12-31 23:59:59.9991"`:                                    {true, true, false, true},
		`in(t, "2020-01-01 00:00:01.0005", "2020-01-01 00:00:01.001")`:       {false, true, false, false},
		`between(t, "2020-01-01 00:00:01.0005", "2020-01-01 00:00:01.0015")`: {false, true, false, false},
		`z < "2020-01-01 01:00:00.5"`:                                        {true, false, true, true},
		`z == "2020-01-01T00:00:00.5Z"`:                                      {false, false, false, false},
		`d < "2020-01-01 12:00"`:                                             {true, false, true, true},
		`d >= "2020-01-01 12:00"`:                                            {false, true, false, false},
		`d == "2020-01-01 12:00"`:                                            {false, false, false, false},
		`d == "2020-01-01 00:00"`:                                            {true, false, false, false},
		`d > "1969-12-31 12:00"`:                                             {true, true, true, false},
		`d64 <= "2020-01-01 23:59:59.9999"`:                                  {true, false, true, true},
		`d64 == "2020-01-01"`:                                                {true, false, false, false},
		`ns < "3000-01-01"`:                                                  {true, true, true, true},
		`ns >= "3000-01-01"`:                                                 {false, false, false, false},
		`ns > "1000-01-01"`:                                                  {true, true, true, true},
		`ns <= "1000-01-01"`:                                                 {false, false, false, false},
		`ns == "3000-01-01"`:                                                 {false, false, false, false},
		`ns != "1000-01-01"`:                                                 {true, true, true, true},
		`c == "12:30"`:                                                       {true, false, false, false},
		`c == "12:30:00.0005"`:                                               {false, false, false, false},
		`c < "12:30:00.0005"`:                                                {true, false, true, false},
		`h < 1.5`:                                                            {true, false, true, true},
		`n == 1.5`:                                                           {false, false, false, false},
		`n < 1.5`:                                                            {true, false, false, true},
		`1.5 <= n`:                                                           {false, true, true, false},
		`n > 9007199254740992.5`:                                             {false, false, true, false},
		`n > -0.5`:                                                           {true, true, true, false},
		`u < 255.5`:                                                          {true, true, true, nil},
		`u > 255.5`:                                                          {false, false, false, nil},
		`u >= -0.5`:                                                          {true, true, true, nil},
		`u <= -0.5`:                                                          {false, false, false, nil},
		`u == 0.5`:                                                           {false, false, false, nil},
		`u != 0.5`:                                                           {true, true, true, nil},
		`p == 0.125`:                                                         {false, false, false, false},
		`p < 0.125`:                                                          {true, false, true, false},
		`p > -0.125`:                                                         {true, true, false, true},
		`p >= 0.12`:                                                          {true, true, false, true},
		`p <= 1e30`:                                                          {true, true, true, true},
		`p > 1000`:                                                           {false, false, false, false},
		`p > 1e-40`:                                                          {true, true, false, true},
		`w == 0.12`:                                                          {true, false, false, nil},
		`w < 0.125`:                                                          {true, false, true, nil},
		`w < 1e40`:                                                           {true, true, true, nil},
		`f == 0.1`:                                                           {true, false, false, nil}, // the nearest float32, as in Go
	})
	for text, want := range map[string]string{
		`coalesce(t, "2020-01-01 00:00:01.0005")`: "is not a value of timestamp[ms]",
		`max(d, "2020-01-01 12:00")`:              "is not a value of date",
		`ifelse(d == d, ns, "3000-01-01")`:        "is not a value of timestamp[ns]",
		`min(n, 1e19)`:                            "does not fit int64",
		`coalesce(u, 256)`:                        "does not fit uint8",
		`u + 256`:                                 "does not fit uint8",
		`t < "2020-13-01"`:                        "write it as 2006-01-02",
		`c < "25:00"`:                             "write it as 15:04",
	} {
		_, err := Compile(rec.Schema(), text)
		require.ErrorContains(t, err, want, text)
	}
}

// A constant that no value of the column's type equals is above or below all of them, or between
// two.
func TestConstantsOutsideTheType(t *testing.T) {
	rec := recordOf(
		written(t, "u", arrow.PrimitiveTypes.Uint64, "0", "18446744073709551615", "1", ""),
		written(t, "u8", arrow.PrimitiveTypes.Uint8, "0", "255", "44", ""),
		written(t, "i8", arrow.PrimitiveTypes.Int8, "-128", "127", "-24", ""),
		written(t, "n", arrow.PrimitiveTypes.Int64, "-9223372036854775808", "9223372036854775807", "0", ""),
		written(t, "f32", arrow.PrimitiveTypes.Float32, "3.4028234663852886e38", "+Inf", "NaN", ""),
		written(t, "f64", arrow.PrimitiveTypes.Float64, "-1.7976931348623157e308", "-Inf", "NaN", ""),
		written(t, "d", decimalType(5, 2), "-999.99", "999.99", "0.00", ""),
		counts("h", &arrow.DurationType{Unit: arrow.Second}, math.MinInt64, math.MaxInt64, 0, 1),
	)
	checkTexts(t, rec, map[string][]any{
		`u > -1`:                    {true, true, true, nil},
		`u == -1`:                   {false, false, false, nil},
		`u <= 18446744073709551616`: {true, true, true, nil},
		`18446744073709551616 != u`: {true, true, true, nil},
		`u8 < 300`:                  {true, true, true, nil},
		`300 <= u8`:                 {false, false, false, nil},
		`u8 == 300`:                 {false, false, false, nil},
		`i8 == 1000`:                {false, false, false, nil},
		`i8 != -1000`:               {true, true, true, nil},
		`i8 > -129`:                 {true, true, true, nil},
		`i8 > 127`:                  {false, false, false, nil},
		`n < 9223372036854775808`:   {true, true, true, nil},
		`n >= -9223372036854775809`: {true, true, true, nil},
		`n == 1e1000000`:            {false, false, false, nil},
		`n > -1e1000000`:            {true, true, true, nil},
		`n < 1e-1000000`:            {true, false, true, nil},
		`f32 < 1e300`:               {true, false, false, nil},
		`f32 > 1e300`:               {false, true, false, nil},
		`f32 == 1e300`:              {false, false, false, nil},
		`f32 != 1e300`:              {true, true, true, nil},
		`f64 >= -1e400`:             {true, false, false, nil},
		`f64 < -1e400`:              {false, true, false, nil},
		`f64 <= 1e400`:              {true, true, false, nil},
		`d < 1e1000000`:             {true, true, true, nil},
		`d > -1000`:                 {true, true, true, nil},
		`d == 1e-1000000`:           {false, false, false, nil},
		`h < 1e30`:                  {true, true, true, true},
		`in(u8, 300, -1, 44)`:       {false, false, true, nil},
		`between(u8, -1, 300)`:      {true, true, true, nil},
		`!(u8 < 300)`:               {false, false, false, nil},
		`u > n`:                     {true, true, true, nil},
		`n == u`:                    {false, false, false, nil},
		`in(u, n, i8)`:              {false, false, false, nil},
		`func(u8 uint8) int8 { if u8 == 300 { return 1 }; if u8 < 1000 { return 2 }; return 3 }`: {int8(2), int8(2), int8(2), nil},
	})
}

// Every operator, every constant and every type of numbers, the constant on some side.
func TestConstantsAgainstOracle(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 3))
	all := randomRecord(r, 25, 3, 0.2)
	types := slices.Concat(numberTypes, decimalTypes)
	for _, column := range types {
		at := all.Schema().FieldIndices("a" + column)[0]
		rec := recordOf(named{"x", all.Column(at)})
		for _, c := range oddConstants {
			for _, op := range []string{"<", "<=", ">", ">=", "==", "!="} {
				x, y := "x", c
				if r.IntN(2) == 0 {
					x, y = y, x
				}
				checkAgainstOracle(t, rec, x+" "+op+" "+y)
			}
		}
	}
}

// Casts that narrow fail the rows that do not fit.
func TestNarrowingCasts(t *testing.T) {
	rec := recordOf(
		written(t, "x", arrow.PrimitiveTypes.Float64, "1e300", "-1e300", "3.4028235677973366e38", "3.4028234663852886e38", "+Inf", "1e-50"),
		written(t, "b", arrow.PrimitiveTypes.Float64, "1152921504606847232", "-1152921504606847232", "1.115", "1e36", "NaN", "-0.005"),
		written(t, "d", decimalType(38, 2), "18446744073709551615.99", "18446744073709551616", "-0.99", "-1", "255.99", "9223372036854775808"),
		written(t, "s", arrow.BinaryTypes.String, "1e39", "300", " 12 ", "-1", "0x10", "1.5"),
	)
	inf := float32(math.Inf(1))
	checkTexts(t, rec, map[string][]any{
		`cast(x, float32)`:                      {failing{}, failing{}, failing{}, float32(math.MaxFloat32), inf, float32(0)},
		`float32(x)`:                            {failing{}, failing{}, failing{}, float32(math.MaxFloat32), inf, float32(0)},
		`cast(b, float32)`:                      {float32(1152921504606847232), float32(-1152921504606847232), float32(1.115), float32(1e36)},
		`cast(cast(b, decimal(38, 2)), string)`: {"1152921504606847232.00", "-1152921504606847232.00", "1.11", failing{}, failing{}, "-0.01"},
		`cast(d, uint64)`:                       {uint64(math.MaxUint64), failing{}, uint64(0), failing{}, uint64(255), uint64(1 << 63)},
		`cast(d, int64)`:                        {failing{}, failing{}, int64(0), int64(-1), int64(255), failing{}},
		`cast(d, uint8)`:                        {failing{}, failing{}, uint8(0), failing{}, uint8(255), failing{}},
		`cast(d, float32)`:                      {float32(18446744073709551616), float32(18446744073709551616), float32(-0.99), float32(-1), float32(255.99), float32(9223372036854775808)},
		`cast(d, float64)`:                      {18446744073709551616.0, 18446744073709551616.0, -0.99, -1.0, 255.99, 9223372036854775808.0},
		`cast(cast(d, decimal(5, 1)), string)`:  {failing{}, failing{}, "-1.0", "-1.0", "256.0", failing{}},
		`cast(s, float32)`:                      {failing{}, float32(300), float32(12), float32(-1), failing{}, float32(1.5)},
		`cast(s, uint8)`:                        {failing{}, failing{}, uint8(12), failing{}, failing{}, failing{}},
		`cast(cast(s, decimal(3, 0)), string)`:  {failing{}, "300", "12", "-1", failing{}, failing{}},
	})
}

// isnull is asked of columns of any type, also of slices of them.
func TestIsNullOfAnyType(t *testing.T) {
	const n = 3000
	types := map[string]arrow.DataType{
		"wide": &arrow.Decimal256Type{Precision: 50, Scale: 2}, "point": arrow.StructOf(arrow.Field{Name: "x", Type: arrow.PrimitiveTypes.Int64, Nullable: true}),
		"list": arrow.ListOf(arrow.PrimitiveTypes.Int8), "c32": arrow.FixedWidthTypes.Time32s, "c64": arrow.FixedWidthTypes.Time64ns,
		"raw": arrow.BinaryTypes.Binary, "fixed": &arrow.FixedSizeBinaryType{ByteWidth: 3}, "half": arrow.FixedWidthTypes.Float16,
		"months": arrow.FixedWidthTypes.MonthInterval, "pairs": arrow.MapOf(arrow.BinaryTypes.String, arrow.PrimitiveTypes.Int8), "all": arrow.Null,
	}
	for name, dt := range types {
		b := array.NewBuilder(memory.DefaultAllocator, dt)
		for i := range n {
			if i%3 == 0 {
				b.AppendNull()
			} else {
				b.AppendEmptyValue()
			}
		}
		rec := recordOf(named{name, array.NewSlice(b.NewArray(), 5, n)})
		for _, text := range []string{"isnull(" + name + ")", `isnull((col("` + name + `")))`, "ifelse(isnull(" + name + "), true, false)"} {
			got, failed := evalText(t, rec, text)
			require.Empty(t, failed)
			for i, v := range got {
				require.Equal(t, name == "all" || (i+5)%3 == 0, v, "%s: row %d", text, i)
			}
		}
		if ir.LaneOf(dt) != ir.LaneNone {
			continue
		}
		for _, text := range []string{name, name + " == " + name, "coalesce(" + name + ", " + name + ")", "isnull(" + name + ") && " + name + " == 1", "isnull(coalesce(" + name + ", 1))", "hash(" + name + ")"} {
			_, err := Compile(rec.Schema(), text)
			require.ErrorContains(t, err, "only isnull("+name+") can be asked of it", text)
		}
	}
}

// Times of day are values as others are.
func TestTimesOfDay(t *testing.T) {
	rec := recordOf(
		counts("c", arrow.FixedWidthTypes.Time32s, 0, 45296, 86399, 3600),
		counts("m", arrow.FixedWidthTypes.Time32ms, 0, 45296789, 86399999, 3600000),
		counts("n", arrow.FixedWidthTypes.Time64ns, 1, 45296789000001, 0, 3600000000000),
		written(t, "s", arrow.BinaryTypes.String, "12:34:56", "12:34", "x", ""),
	)
	checkTexts(t, rec, map[string][]any{
		`c == m`:                                  {true, false, false, true},
		`n > m`:                                   {true, true, false, false},
		`in(m, c, n)`:                             {true, false, false, true},
		`c >= "12:34:56"`:                         {false, true, true, false},
		`between(m, "01:00", "12:34:56.789")`:     {false, true, false, true},
		`cast(n, string)`:                         {"00:00:00.000000001", "12:34:56.789000001", "00:00:00", "01:00:00"},
		`cast(m, string)`:                         {"00:00:00", "12:34:56.789", "23:59:59.999", "01:00:00"},
		`cast(max(c, "12:00"), string)`:           {"12:00:00", "12:34:56", "23:59:59", "12:00:00"},
		`cast(coalesce(c, m), int64)`:             {int64(0), int64(45296000), int64(86399000), int64(3600000)},
		`ifelse(c < "12:00", c, "12:00") == c`:    {true, false, false, true},
		`cast(m, int64) / 1000 == cast(c, int64)`: {true, true, true, true},
		`hash(c) == hash(c)`:                      {true, true, true, true},
	})
}
