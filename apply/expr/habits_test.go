package expr

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"
	"github.com/stretchr/testify/require"

	"github.com/volley-go/volley/internal/ir"
)

// A habit of another language is an error at its place that says what to write, and what it says is
// right: it compiles, and its value in the first row of taxi is the one meant.
//
// The mark ‸ stands where the error points.
func TestHabits(t *testing.T) {
	rec := taxi(t)
	for _, c := range []struct {
		text    string
		write   string
		want    any
		mention string
	}{
		// SQL
		{`zone ‸<> "a"`, `zone != "a"`, true, "there is no <> here"},
		{`zone ‸IS NULL`, `isnull(zone)`, false, "there is no IS NULL here"},
		{`zone ‸is not null`, `!isnull(zone)`, true, "there is no is not null here"},
		{`fare > 3 && tip ‸IS NOT NULL`, `fare > 3 && !isnull(tip)`, true, "IS NOT NULL"},
		{`zone ‸IN ('a', 'Zone 7')`, `in(zone, "a", "Zone 7")`, true, "there is no IN here"},
		{`n ‸NOT IN (1, 2, 3)`, `!in(n, 1, 2, 3)`, true, "NOT IN"},
		{`n ‸BETWEEN 1 AND 3 + 4 AND paid`, `between(n, 1, 3 + 4) && paid`, true, "BETWEEN"},
		{`n ‸not between 1 and 3`, `!between(n, 1, 3)`, true, "not between"},
		{`zone ‸LIKE 'Z%'`, `like(zone, "Z%")`, true, "LIKE"},
		{`zone ‸NOT LIKE "a%"`, `!like(zone, "a%")`, true, "NOT LIKE"},
		{`zone ‸ILIKE 'zONE%'`, `like(lower(zone), "zone%")`, true, "ILIKE"},
		{`zone ‸~ '^Z.*7$'`, `match(zone, "^Z.*7$")`, true, "~"},
		{`zone ‸RLIKE 'e 7'`, `match(zone, "e 7")`, true, "RLIKE"},
		{`zone ‸|| '-' || zone`, `zone + "-" + zone`, "Zone 7-Zone 7", "|| joins conditions"},
		{`zone ‸|| n`, `zone + cast(n, string)`, "Zone 77", "|| joins conditions"},
		{`zone ‸|| 'x' == 'Zone 7x'`, `zone + "x" == "Zone 7x"`, true, "|| joins conditions"},
		{`fare > 3 ‸AND paid`, `fare > 3 && paid`, true, "there is no AND here"},
		{`fare > 30 ‸OR paid AND tip > 1`, `fare > 30 || paid && tip > 1`, true, "there is no OR here"},
		{`‸NOT fare = 3`, `!(fare == 3)`, true, "there is no NOT here"},
		{`‸NOT (zone IN ('a') OR zone IS NULL)`, `!(in(zone, "a") || isnull(zone))`, true, "NOT"},
		{`fare > 3 ‸XOR paid`, `fare > 3 != paid`, false, "XOR"},
		{`‸CASE WHEN fare > 3 THEN 'high' WHEN fare < 0 THEN 'low' ELSE 'mid' END`, `casewhen(fare > 3, "high", fare < 0, "low", "mid")`, "high", "there is no CASE here"},
		{`‸case when paid then 1 end`, `casewhen(paid, 1, nil)`, int64(1), "case"},
		{`‸CASE zone WHEN 'Zone 7' THEN 1 ELSE 0 END + 1`, `casewhen(zone == "Zone 7", 1, 0) + 1`, int64(2), "CASE"},
		{`x = ‸CASE WHEN paid THEN fare ELSE 0 END`, `x = casewhen(paid, fare, 0)`, 10.0, "CASE"},
		{`‸CAST(n AS int)`, `cast(n, int64)`, int64(7), "CAST"},
		{`‸CAST(n AS VARCHAR(10))`, `substr(cast(n, string), 0, 10)`, "7", "CAST"},
		{`‸CAST(fare AS DECIMAL(10, 2))`, `cast(fare, decimal(10, 2))`, "10.00", "CAST"},
		{`cast(n, ‸DOUBLE)`, `cast(n, float64)`, 7.0, "there is no type DOUBLE here"},
		{`cast(n, ‸double precision)`, `cast(n, float64)`, 7.0, "double precision"},
		{`cast(day, ‸timestamp)`, `cast(day, timestamp("us"))`, "2024-02-29T00:00:00", "timestamp"},
		{`fare‸::int`, `cast(roundeven(fare), int64)`, int64(10), "there is no :: here"},
		{`n‸::int + 4`, `cast(n, int64) + 4`, int64(11), "::"},
		{`‸INTEGER(fare)`, `cast(fare, int64)`, int64(10), "INTEGER"},
		{`‸EXTRACT(year FROM at)`, `year(at)`, int64(2024), "EXTRACT"},
		{`‸DATE_PART('hour', at)`, `hour(at)`, int64(12), "DATE_PART"},
		{`‸DATE_TRUNC('month', day) == "2024-02-01"`, `trunc(day, "month") == "2024-02-01"`, true, "DATE_TRUNC"},
		{`at > ‸DATE '2020-01-01'`, `at > "2020-01-01"`, true, "DATE"},
		{`‸DATE '2020-01-01' < at`, `"2020-01-01" < at`, true, "DATE"},
		{`year(‸DATE '2020-01-01')`, `year(cast("2020-01-01", date))`, int64(2020), "DATE"},
		{`at > ‸TIMESTAMP '2020-01-01 00:00:00'`, `at > "2020-01-01 00:00:00"`, true, "TIMESTAMP"},
		{`day ‸+ INTERVAL '1 day'`, `add(day, 1, "day")`, "2024-03-01", "a time is moved by add"},
		{`day ‸- INTERVAL '2' MONTH`, `add(day, -2, "month")`, "2023-12-29", "a time is moved by add"},
		{`day ‸- INTERVAL 1 YEAR`, `add(day, -1, "year")`, "2023-02-28", "a time is moved by add"},
		{`day ‸- 7`, `add(day, -7, "day")`, "2024-02-22", "a time is moved by add"},
		{`7 ‸+ day`, `add(day, 7, "day")`, "2024-03-07", "a time is moved by add"},
		{`day ‸- n`, `add(day, -n, "day")`, "2024-02-22", "a time is moved by add"},
		{`DATEADD(day, 7, day)`, `add(day, 7, "day")`, "2024-03-07", "DATEADD"},
		{`DATEDIFF('day', day, at)`, `diff(trunc(at, "day"), trunc(day, "day"), "day")`, int64(0), "DATEDIFF"},
		{`DATEDIFF(at, day)`, `diff(trunc(at, "day"), trunc(day, "day"), "day")`, int64(0), "DATEDIFF"},
		{`at > ‸NOW()`, `at > "2006-01-02 15:04:05"`, true, "clock"},
		{`at > ‸CURRENT_DATE`, `at > "2006-01-02 15:04:05"`, true, "clock"},
		{`COALESCE(fare, 0)`, `coalesce(fare, 0)`, 10.0, "COALESCE"},
		{`IFNULL(fare, 0)`, `coalesce(fare, 0)`, 10.0, "IFNULL"},
		{`NVL(fare, tip)`, `coalesce(fare, tip)`, 10.0, "NVL"},
		{`ISNULL(fare, 0)`, `coalesce(fare, 0)`, 10.0, "ISNULL"},
		{`NULLIF(fare, 10)`, `ifelse(fare == 10, nil, fare)`, nil, "NULLIF"},
		{`IIF(paid, 1, 2)`, `ifelse(paid, 1, 2)`, int64(1), "IIF"},
		{`‸if(fare > 3, 1, 2)`, `ifelse(fare > 3, 1, 2)`, int64(1), "if"},
		{`‸IF fare > 3 THEN 1 ELSE 2 END`, `ifelse(fare > 3, 1, 2)`, int64(1), "IF"},
		{`DECODE(n, 1, 'a', 7, 'b', 'c')`, `casewhen(n == 1, "a", n == 7, "b", "c")`, "b", "DECODE"},
		{`SUBSTR(zone, 1, 2)`, `substr(zone, 0, 2)`, "Zo", "counts from 1"},
		{`SUBSTRING(zone FROM 2 FOR 3)`, `substr(zone, 1, 3)`, "one", "SUBSTRING"},
		{`substring(zone, 3)`, `substr(zone, 2)`, "ne 7", "counts from 1"},
		{`LEFT(zone, 4)`, `substr(zone, 0, 4)`, "Zone", "LEFT"},
		{`RIGHT(zone, 1)`, `substr(zone, -1)`, "7", "RIGHT"},
		{`SPLIT_PART(zone, ' ', 2)`, `ifelse(isnull(zone), nil, coalesce(split(zone, " ", 1), ""))`, "7", "SPLIT_PART"},
		{`CONCAT(zone, n)`, `concat(zone, cast(n, string))`, "Zone 77", "CONCAT"},
		{`CONCAT_WS('-', zone, n, "x")`, `substr(coalesce("-" + zone, "") + coalesce("-" + cast(n, string), "") + ("-" + "x"), 1)`, "Zone 7-7-x", "CONCAT_WS"},
		{`UPPER(zone)`, `upper(zone)`, "ZONE 7", "UPPER"},
		{`LENGTH(zone)`, `len(zone)`, int64(6), "LENGTH"},
		{`REGEXP_LIKE(zone, 'Z.*7')`, `match(zone, "Z.*7")`, true, "REGEXP_LIKE"},
		{`GREATEST(fare, tip, 11)`, `max(fare, tip, 11)`, 11.0, "GREATEST"},
		{`POWER(fare, 2)`, `pow(fare, 2)`, 100.0, "POWER"},
		{`MOD(n, 4)`, `n % 4`, int64(3), "MOD"},
		{`n ‸MOD 4`, `n % 4`, int64(3), "MOD"},
		{`at.dt.hour >= 12 & at.dt.minute < 50`, `hour(at) >= 12 && minute(at) < 50`, true, ".dt"},
		{`DATE_ADD(day, INTERVAL 7 DAY)`, `add(day, 7, "day")`, "2024-03-07", "DATE_ADD"},
		{`DATE_SUB(day, INTERVAL 1 MONTH)`, `add(day, -1, "month")`, "2024-01-29", "DATE_SUB"},
		{`‸'fare' > 3`, `fare > 3`, true, "is a text, not the column"},
		{`‸"fare" + "tip"`, `fare + tip`, 12.0, "is a text, not the column"},
		{`‸[fare] > 3`, `fare > 3`, true, "by its name alone"},
		{`at‸.year`, `year(at)`, int64(2024), "a function"},
		{`n ‸^ 2.0`, `pow(n, 2.0)`, 49.0, "exclusive or"},
		{`1‸,234.5 + fare`, `1234.5 + fare`, 1244.5, "no commas"},
		{`fare ‸– tip`, `fare - tip`, 8.0, "–"},
		{`‸sqrt("16") + fare`, `sqrt(cast("16", float64)) + fare`, 14.0, "sqrt is of numbers"},
		{`‸year("2024-01-31")`, `year(cast("2024-01-31", timestamp("us")))`, int64(2024), "year is of times"},
		{`‸upper(n)`, `upper(cast(n, string))`, "7", "upper is of texts"},
		{`F.when(F.col("fare") > 3, 1).otherwise(0)`, `ifelse(fare > 3, 1, 0)`, int64(1), "F.when"},
		{`n ‸DIV 2`, `n / 2`, int64(3), "DIV"},
		{`‸TO_CHAR(at, 'YYYY-MM-DD')`, `format(at, "2006-01-02")`, "2024-02-29", ""},
		{`DATE_FORMAT(at, '%d/%m/%Y')`, `format(at, "02/01/2006")`, "29/02/2024", ""},
		{`STR_TO_DATE("2024-01-31", "%Y-%m-%d")`, `cast(parse("2024-01-31", "2006-01-02"), date)`, "2024-01-31", "STR_TO_DATE"},
		{`‸WHERE fare > 3`, `fare > 3`, true, "WHERE"},
		{`fare + tip ‸AS total`, `total = fare + tip`, 12.0, "a name comes first"},
		{`‸"unit price" > 1`, `col("unit price") > 1`, true, "is a text, not the column"},
		{"‸`unit price` > 1", `col("unit price") > 1`, true, "is a text, not the column"},
		{`‸[unit price] > 1`, `col("unit price") > 1`, true, "no identifier"},
		{`‸unit price > 1`, `col("unit price") > 1`, true, "no identifier"},
		{`‸"zone" == "Zone 7"`, `zone == "Zone 7"`, true, "is a text, not the column"},
		{`isnull(‸"zone")`, `isnull(zone)`, false, "is a text, not the column"},
		{`‸type > 3`, `col("type") > 3`, true, "keyword of Go"},
		{`len(zone) ‸= 6`, `len(zone) == 6`, true, "= names a result"},
		{`fare ‸= 3 AND tip > 2`, `fare == 3 && tip > 2`, false, "= names a result"},
		{`fare = tip ‸= 2`, `fare = tip == 2`, true, "= names a result"},

		// Python, pandas, Polars
		{`zone ‸is None`, `isnull(zone)`, false, "is None"},
		{`zone ‸== None`, `isnull(zone)`, false, "null in every row"},
		{`paid ‸is True`, `coalesce(paid, false)`, true, "is True"},
		{`paid == ‸True`, `paid == true`, true, "there is no True here"},
		{`coalesce(‸None, fare)`, `coalesce(nil, fare)`, 10.0, "there is no None here"},
		{`ifelse(paid, ‸NULL, fare)`, `ifelse(paid, nil, fare)`, nil, "there is no NULL here"},
		{`fare ‸== NaN`, `isnan(fare)`, false, "nothing equals NaN"},
		{`‸NaN + fare`, `nan() + fare`, "NaN", "there is no NaN here"},
		{`‸not paid`, `!paid`, false, "there is no not here"},
		{`fare > 3 ‸and not paid`, `fare > 3 && !paid`, false, "there is no and here"},
		{`fare > 30 ‸or paid`, `fare > 30 || paid`, true, "there is no or here"},
		{`1 ‸if paid else 2`, `ifelse(paid, 1, 2)`, int64(1), "there is no if here"},
		{`1 ‸if fare < 3 else 2 if paid else 3`, `ifelse(fare < 3, 1, ifelse(paid, 2, 3))`, int64(2), "there is no if here"},
		{`paid ‸? 1 : 2`, `ifelse(paid, 1, 2)`, int64(1), "?:"},
		{`x = fare > 30 ‸? 1 : paid ? 2 : 3`, `x = ifelse(fare > 30, 1, ifelse(paid, 2, 3))`, int64(2), "?:"},
		{`n ‸** 2`, `n * n`, int64(49), "there is no ** here"},
		{`-fare ‸** 2`, `-pow(fare, 2)`, -100.0, "there is no ** here"},
		{`n ‸// 2`, `n / 2 - ifelse(n % 2 < 0, 1, 0)`, int64(3), "there is no // here"},
		{`fare ‸^ 2`, `pow(fare, 2)`, 100.0, "exclusive or"},
		{`2 * fare ‸^ 2`, `2 * pow(fare, 2)`, 200.0, "exclusive or"},
		{`price ‸^ 2 > 152`, `pow(price, 2) > 152`, true, "exclusive or"},
		{`paid ‸& paid`, `paid && paid`, true, "& works on the bits"},
		{`(fare > 3) ‸& (tip < 2)`, `(fare > 3) && (tip < 2)`, false, "& works on the bits"},
		{`fare > 30 ‸| paid`, `fare > 30 || paid`, true, "| works on the bits"},
		{`‸~paid`, `!paid`, false, "there is no ~ here"},
		{`‸~(fare > 3)`, `!(fare > 3)`, false, "there is no ~ here"},
		{`‸~n`, `^n`, int64(-8), "there is no ~ here"},
		{`‸!fare == 3`, `!(fare == 3)`, true, "! binds more"},
		{`float(n)`, `cast(n, float64)`, 7.0, "there is no float here"},
		{`str(n)`, `cast(n, string)`, "7", "there is no str here"},
		{`len(n)`, `len(cast(n, string))`, int64(1), "len is of texts"},
		{`zone‸.upper()`, `upper(zone)`, "ZONE 7", "functions come first"},
		{`zone‸.str.upper()`, `upper(zone)`, "ZONE 7", "there is no .str here"},
		{`zone‸.str.contains("7") & paid`, `match(zone, "7") && paid`, true, ".str"},
		{`zone‸.str.contains("^Z.*7$")`, `match(zone, "^Z.*7$")`, true, ".str"},
		{`day‸.dt.weekday`, `(weekday(day) + 6) % 7`, int64(3), ".dt"},
		{`n‸.truediv(2)`, `n / float64(2)`, 3.5, "truediv"},
		{`zone‸.str[0:2]`, `substr(zone, 0, 2)`, "Zo", ".str"},
		{`zone‸.str.split(" ")[1]`, `split(zone, " ", 1)`, "7", ".str.split"},
		{`at‸.dt.year`, `year(at)`, int64(2024), "there is no .dt here"},
		{`at‸.dt.strftime("%H:%M")`, `format(at, "15:04")`, "12:34", ".dt"},
		{`fare‸.astype(int)`, `cast(fare, int64)`, int64(10), ".astype"},
		{`fare‸.astype("float32") * 2`, `cast(fare, float32) * 2`, float32(20), ".astype"},
		{`fare‸.isnull()`, `isnull(fare) || isnan(fare)`, false, ".isnull"},
		{`fare‸.notna() & paid`, `!isnull(fare) && !isnan(fare) && paid`, true, ".notna"},
		{`fare‸.fillna(0)`, `ifelse(isnull(fare) || isnan(fare), 0, fare)`, 10.0, ".fillna"},
		{`zone‸.isin(["a", "Zone 7"])`, `coalesce(in(zone, "a", "Zone 7"), false)`, true, ".isin"},
		{`fare‸.between(1, 3)`, `coalesce(between(fare, 1, 3), false)`, false, ".between"},
		{`fare‸.round(1)`, `roundeven(fare * 10) / 10`, 10.0, ".round"},
		{`‸df["zone"]`, `zone`, "Zone 7", "df[…]"},
		{`‸df['unit price'] * 2`, `col("unit price") * 2`, float32(3), "df[…]"},
		{`‸df.zone`, `zone`, "Zone 7", "by its name alone"},
		{`‸t.fare + t.tip`, `fare + tip`, 12.0, "by its name alone"},
		{`‸df[(df.fare > 3) & (df["tip"] < 2)]`, `(fare > 3) && (tip < 2)`, false, "df[…]"},
		{`‸np.log(fare) > 2`, `log(fare) > 2`, true, "np.log"},
		{`‸np.where(fare > 3, 1, 2)`, `ifelse(fare > 3, 1, 2)`, int64(1), "np.where"},
		{`‸pd.isna(fare)`, `isnull(fare) || isnan(fare)`, false, "pd.isna"},
		{`‸pl.col("fare") + 1`, `fare + 1`, 11.0, "pl.col"},
		{`‸pl.when(paid).then(1).otherwise(2)`, `ifelse(paid, 1, 2)`, int64(1), "pl.when"},
		{`day ‸+ timedelta(days=7)`, `add(day, 7, "day")`, "2024-03-07", "a time is moved by add"},
		{`zone‸[0:2]`, `substr(zone, 0, 2)`, "Zo", "[…]"},
		{`zone‸[-1:]`, `substr(zone, -1)`, "7", "[…]"},
		{`zone‸[:-2]`, `substr(zone, 0, len(zone) - 2)`, "Zone", "[…]"},
		{`zone‸[2]`, `ifelse(len(zone) > 2, substr(zone, 2, 1), nil)`, "n", "[…]"},
		{`‸f"{zone} x {n}"`, `zone + " x " + cast(n, string)`, "Zone 7 x 7", `f"…"`},
		{`"Zone" ‸in zone`, `contains(zone, "Zone")`, true, "there is no in here"},
		{`1 ‸in [1, 2]`, `coalesce(in(1, 1, 2), false)`, true, "there is no in here"},
		{`‸$fare`, `fare`, 10.0, "there is no $ here"},

		// texts, numbers and marks
		{`‸'abc'`, `"abc"`, "abc", "double quotes"},
		{`zone == ‸'Zone 7'`, `zone == "Zone 7"`, true, "double quotes"},
		{`zone == ‸'H'`, `zone == "H"`, false, "double quotes"},
		{`zone + ‸'\n'`, `zone + "\n"`, "Zone 7\n", "double quotes"},
		{`zone + ‸'it''s "x"'`, `zone + "it's \"x\""`, "Zone 7it's \"x\"", "double quotes"},
		{`zone == ‸“Zone 7”`, `zone == "Zone 7"`, true, "double quotes"},
		{`zone == ‸‘Zone 7’`, `zone == "Zone 7"`, true, "double quotes"},
		{`zone == ‸"Zone 7`, `zone == "Zone 7"`, true, "not closed"},
		{`n ‸== '1'`, `n == 1`, false, "double quotes"},
		{`n ‸> "3"`, `n > 3`, true, "double quotes"},
		{`zone ‸== 5`, `zone == "5"`, false, "double quotes"},
		{`paid ‸== 1`, `paid == true`, true, "truth values"},
		{`"a" ‸+ 1`, `"a" + cast(1, string)`, "a1", "+ joins texts"},
		{`zone ‸+ n`, `zone + cast(n, string)`, "Zone 77", "+ joins texts"},
		{`fare ‸+ zone`, `cast(fare, string) + zone`, "10Zone 7", "+ joins texts"},
		{`zone == ‸0.1.2`, `zone == "0.1.2"`, false, "no number"},
		{`fare > 1‸,000`, `fare > 1000`, false, "no commas"},
		{`fare > 0‸,5`, `fare > 0.5`, true, "no commas"},
		{`day > ‸2024-01-01`, `day > "2024-01-01"`, true, "double quotes"},
		{`1 < fare ‸< 3`, `1 < fare && fare < 3`, false, "a chain of comparisons"},
		{`tip < fare ‸<= 10 && paid`, `tip < fare && fare <= 10 && paid`, true, "a chain of comparisons"},
		{`fare ‸; tip`, `fare`, 10.0, "a text of its own"},
		{`fare ‸, tip`, `fare`, 10.0, "a text of its own"},
		{`fare == 3‸,`, `fare == 3`, false, "one expression"},
		{`‸(fare + tip`, `(fare + tip)`, 12.0, "not closed"},
		{`max‸(fare, tip`, `max(fare, tip)`, 10.0, "not closed"},
		{`fare + tip‸)`, `fare + tip`, 12.0, "closes nothing"},
		{"fare ‸\u00a0+ tip", `fare + tip`, 12.0, "none of ASCII"},
		{`fare ‸≤ 3`, `fare <= 3`, false, "≤"},
		{`fare ‸≥ 3`, `fare >= 3`, true, "≥"},
		{`fare ‸≠ 3`, `fare != 3`, true, "≠"},
		{`fare ‸× 3`, `fare * 3`, 30.0, "×"},
		{`fare ‸÷ 4`, `fare / 4`, 2.5, "÷"},
		{`fare ‸− 3`, `fare - 3`, 7.0, "−"},
		{`fare ‸=> 3`, `fare >= 3`, true, "=>"},
		{`fare ‸=< 3`, `fare <= 3`, false, "=<"},
		{`fare ‸=! 3`, `fare != 3`, true, "=!"},
		{`fare ‸+= 1`, `fare = fare + 1`, 11.0, "there is no += here"},
		{`fare ‸*= tip + 1`, `fare = fare * (tip + 1)`, 30.0, "there is no *= here"},
		{`fare ‸=== 3`, `fare == 3`, false, "==="},

		// null in every row
		{`fare ‸== nil`, `isnull(fare)`, false, "null in every row"},
		{`fare ‸!= nil && paid`, `!isnull(fare) && paid`, true, "null in every row"},
		{`fare ‸< nil`, `isnull(fare)`, false, "null in every row"},
		{`‸nil == zone`, `isnull(zone)`, false, "null in every row"},
		{`(fare + tip) ‸!= nil`, `!isnull(fare + tip)`, true, "null in every row"},

		// layouts
		{`format(at, ‸"%Y")`, `format(at, "2006")`, "2024", "a layout is that of Go"},
		{`format(at, ‸"%Y-%m-%d %H:%M:%S")`, `format(at, "2006-01-02 15:04:05")`, "2024-02-29 12:34:56", "a layout is that of Go"},
		{`format(at, ‸"%d.%m.%y")`, `format(at, "02.01.06")`, "29.02.24", "a layout is that of Go"},
		{`format(at, ‸"%b %-d, %Y %I:%M %p")`, `format(at, "Jan 2, 2006 03:04 PM")`, "Feb 29, 2024 12:34 PM", "a layout is that of Go"},
		{`format(at, ‸"%H:%i:%s")`, `format(at, "15:04:05")`, "12:34:56", "a layout is that of Go"},
		{`format(at, ‸"%FT%T.%f")`, `format(at, "2006-01-02T15:04:05.000000")`, "2024-02-29T12:34:56.789000", "a layout is that of Go"},
		{`format(at, ‸"YYYY-MM-DD")`, `format(at, "2006-01-02")`, "2024-02-29", "a layout is that of Go"},
		{`format(at, ‸"yyyy-MM-dd HH:mm:ss")`, `format(at, "2006-01-02 15:04:05")`, "2024-02-29 12:34:56", "a layout is that of Go"},
		{`format(at, ‸"YYYY-MM-DD HH24:MI:SS")`, `format(at, "2006-01-02 15:04:05")`, "2024-02-29 12:34:56", "a layout is that of Go"},
		{`format(at, ‸"yyyy-MM-dd'T'hh:mm a")`, `format(at, "2006-01-02T03:04 PM")`, "2024-02-29T12:34 PM", "a layout is that of Go"},
		{`format(at, ‸"dd.MM.yyyy")`, `format(at, "02.01.2006")`, "29.02.2024", "a layout is that of Go"},
		{`format(at, ‸"DD Mon YYYY")`, `format(at, "02 Jan 2006")`, "29 Feb 2024", "a layout is that of Go"},
		{`format(at, ‸"M/D/YYYY")`, `format(at, "1/2/2006")`, "2/29/2024", "a layout is that of Go"},
		{`format(at, ‸"MMMM d, yyyy")`, `format(at, "January 2, 2006")`, "February 29, 2024", "a layout is that of Go"},
		{`format(at, ‸"d.m.Y H:i:s")`, `format(at, "02.01.2006 15:04:05")`, "29.02.2024 12:34:56", "a layout is that of Go"},
		{`format(at, ‸"h:mm tt")`, `format(at, "3:04 PM")`, "12:34 PM", "a layout is that of Go"},
		{`format(at, ‸"YYYYMMDD")`, `format(at, "20060102")`, "20240229", "a layout is that of Go"},
		{`parse("31/01/2024", ‸"%d/%m/%Y")`, `parse("31/01/2024", "02/01/2006")`, "2024-01-31T00:00:00", "a layout is that of Go"},
		{`parse("2024-01-31", ‸"YYYY-MM-DD", "UTC")`, `parse("2024-01-31", "2006-01-02", "UTC")`, "2024-01-31T00:00:00Z", "a layout is that of Go"},
	} {
		t.Run(c.text, func(t *testing.T) {
			text := strings.Replace(c.text, "‸", "", 1)
			_, err := Compile(withType(rec).Schema(), text)
			var e *Error
			require.ErrorAs(t, err, &e)
			require.Contains(t, e.Msg, c.mention)
			if at := strings.Index(c.text, "‸"); at >= 0 {
				require.Equal(t, at, e.Pos, e.Msg)
			}
			_, write, ok := strings.Cut(e.Msg, ": write ")
			require.True(t, ok, e.Msg)
			require.Equal(t, c.write, write)
			got, failed := evalText(t, withType(rec), asShown(t, withType(rec), write))
			require.NotContains(t, failed, 0)
			if f, ok := got[0].(float64); ok && f != f {
				got[0] = "NaN"
			}
			require.Equal(t, c.want, got[0])
		})
	}
}

// withType adds a column whose name is a keyword of Go.
func withType(rec arrow.Record) arrow.Record {
	b := array.NewInt64Builder(memory.DefaultAllocator)
	for range rec.NumRows() {
		b.Append(5)
	}
	fields := append(rec.Schema().Fields(), arrow.Field{Name: "type", Type: arrow.PrimitiveTypes.Int64})
	return array.NewRecord(arrow.NewSchema(fields, nil), append(rec.Columns(), b.NewArray()), rec.NumRows())
}

// asShown is an expression of a time or decimal as one of its text.
func asShown(t *testing.T, rec arrow.Record, text string) string {
	p, err := Compile(rec.Schema(), text)
	require.NoError(t, err, text)
	if ir.IsTime(p.Type()) || ir.IsDecimal(p.Type()) {
		return "cast(" + text + ", string)"
	}
	return text
}

// What the documentation's table says is what errors say.
func TestHabitsDocumented(t *testing.T) {
	doc, err := os.ReadFile("../../docs/EXPRESSIONS.md")
	require.NoError(t, err)
	_, table, _ := strings.Cut(string(doc), "<!-- habits -->")
	table, _, _ = strings.Cut(table, "<!-- end habits -->")
	code, tried := regexp.MustCompile("`([^`]+)`"), 0
	for _, line := range strings.Split(strings.ReplaceAll(table, `\|`, "¦"), "\n")[3:] {
		cells := strings.Split(line, "|")
		if len(cells) < 4 || strings.Contains(cells[2], "apply.Fold") {
			continue
		}
		var writes []string
		for _, m := range code.FindAllStringSubmatch(cells[2], -1) {
			writes = append(writes, strings.ReplaceAll(m[1], "¦", "|"))
		}
		for _, m := range code.FindAllStringSubmatch(cells[1], -1) {
			_, err := CompileValue(taxi(t).Schema(), strings.ReplaceAll(m[1], "¦", "|"))
			var e *Error
			require.ErrorAs(t, err, &e, m[1])
			_, write, _ := strings.Cut(e.Msg, ": write ")
			require.Contains(t, writes, write, m[1])
			tried++
		}
	}
	require.Greater(t, tried, 30)
}
