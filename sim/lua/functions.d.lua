---@meta
-- functions.d.lua - what a scenario of tcpsim can call, as annotations for the Lua language server. The build
-- joins it with the options' classes, which the program prints from its tables, into tcpsim.d.lua:
--
--     { "workspace.library": ["/usr/share/tcpsim"], "runtime.version": "Lua 5.4" }      in .luarc.json
--
-- docs/scenario-language.md says what each of them does.

---@alias tcpsim.Time number|string seconds, or "250us" "10ms" "1.5s" "2min" "1h"
---@alias tcpsim.Error
---| "connection refused"
---| "connection reset"
---| "connection aborted due to user timeout"
---| "connection closing"
---| "connection does not exist"
---| "connection already exists"
---| "insufficient resources"
---| "network unreachable"
---| "timed out"
---@alias tcpsim.State
---| "CLOSED"
---| "LISTEN"
---| "SYN-SENT"
---| "SYN-RECEIVED"
---| "ESTABLISHED"
---| "FIN-WAIT-1"
---| "FIN-WAIT-2"
---| "CLOSE-WAIT"
---| "CLOSING"
---| "LAST-ACK"
---| "TIME-WAIT"
---@alias tcpsim.Pattern string `[TIME] FROM > TO: FLAGS SEQ:END(LEN) [ack N] [win N] [urg N] [<options>]`

-- ---- building ----

---Builds and steers the simulation.
sim = {}

---@class tcpsim.Scenario
---@field title string what the scenario shows
---@field cites? string[] clauses and requirements: "RFC 9293 3.8.1", "MUST-20"
---@field limit? tcpsim.Time simulated time after which the run ends (1h)
---@field allow? string|string[] what is meant to be broken: "integrity" "window" "unfinished" "moves"
---@field seed? integer the seed where the command line gives none (1)
---@field api? integer the version of the scenario language: 1

---Once, and first.
---@param scenario tcpsim.Scenario
function sim.scenario(scenario) end

---@class tcpsim.HostOptions: tcpsim.TcpOptions
---@field address string|string[] IPv4 or IPv6
---@field profile? "rfc9293"|"linux"|"freebsd"
---@field tcp? boolean false: no TCP of its own, played by the script

---@param name string
---@param options tcpsim.HostOptions
---@return tcpsim.Host
function sim.host(name, options) end

---@class tcpsim.RouterOptions: tcpsim.RouterTable
---@field address? string|string[] IPv4 or IPv6; a router need not have one

---Forwards by the shortest path: fewest links, ties by declaration. Each of its links has its own queue.
---@param name string
---@param options? tcpsim.RouterOptions
---@return tcpsim.Router
function sim.router(name, options) end

---@class tcpsim.Router
---@field name string
---@field address? string
---@field addresses string[]
local router = {}
---From now on packets to that host (or that address of one) leave by that link, or by the first link to that
---neighbour; `from`: only those from that address.
---@param to tcpsim.Host|string
---@param by tcpsim.Link|tcpsim.Router|tcpsim.Host
---@param options? { from?: string }
function router:route(to, by, options) end

---@class tcpsim.TwoWayLinkOptions: tcpsim.LinkOptions
---@field forward? tcpsim.LinkOptions from a to b
---@field backward? tcpsim.LinkOptions from b to a

---@param a tcpsim.Host|tcpsim.Router
---@param b tcpsim.Host|tcpsim.Router
---@param options? tcpsim.TwoWayLinkOptions
---@return tcpsim.Link
function sim.link(a, b, options) end

---What `-D name=value` gives, converted to the default's type.
---@generic T
---@param name string
---@param default T
---@return T
function sim.param(name, default) end

---@class tcpsim.Link
---@field name string
local link = {}
---@param options tcpsim.TwoWayLinkOptions
function link:set(options) end
function link:down() end
function link:up() end

-- ---- acting ----

---@return number seconds
function sim.now() end

---@param time tcpsim.Time
function sim.sleep(time) end

---Once, at that time; it may block.
---@param time tcpsim.Time
---@param action fun()
function sim.at(time, action) end

---[0, 1), or a whole number from m to n.
---@param m? integer
---@param n? integer
---@return number
function sim.random(m, n) end

---@class tcpsim.Host
---@field name string
---@field address string
---@field addresses string[]
local host = {}

---An application: it runs from time 0, in simulated time.
---@param application fun()
---@param options? { daemon?: boolean }
function host:app(application, options) end

---@param port integer
---@param options? tcpsim.TcpOptions
---@return tcpsim.Listener
function host:listen(port, options) end

---@class tcpsim.ConnectOptions: tcpsim.TcpOptions
---@field profile? "rfc9293"|"linux"|"freebsd"
---@field local_port? integer
---@field data? string on the SYN
---@field from? string an address of this host
---@field family? 4|6
---@field wait? boolean false: returns at once

---@param peer tcpsim.Host
---@param port integer
---@param options? tcpsim.ConnectOptions
---@return tcpsim.Connection?
---@return tcpsim.Error?
function host:connect(peer, port, options) end

---Forgets connections, listeners and timers; sends nothing.
function host:crash() end

---As router:route, for what this host sends.
---@param to tcpsim.Host|string
---@param by tcpsim.Link|tcpsim.Router|tcpsim.Host
---@param options? { from?: string }
function host:route(to, by, options) end

---@class tcpsim.PeerOptions
---@field to? tcpsim.Host
---@field sport? integer
---@field dport? integer
---@field payload? string
---@field absolute? boolean

---Of a host with tcp = false.
---@param pattern tcpsim.Pattern
---@param options? tcpsim.PeerOptions
function host:send(pattern, options) end

---Of a host with tcp = false: waits for such a segment.
---@param pattern tcpsim.Pattern
---@param options? { within?: tcpsim.Time, next?: boolean, absolute?: boolean }
---@return tcpsim.Segment?
function host:expect(pattern, options) end

---Of a host with tcp = false.
---@param time tcpsim.Time
---@return boolean
function host:expect_nothing(time) end

---@class tcpsim.Connection
---@field state tcpsim.State
---@field name string
---@field local_port integer
---@field remote_port integer
local connection = {}

---Octets, or that many generated ones; blocks until all are in the send buffer.
---@param data string|integer
---@param options? { push?: boolean, urgent?: boolean, wait?: boolean }
---@return integer? accepted
---@return tcpsim.Error?
function connection:send(data, options) end

---nil at the end of the stream; nil and the error.
---@param max? integer
---@return string?
---@return tcpsim.Error?
function connection:recv(max) end

---@param count? integer
---@return string?
---@return tcpsim.Error?
function connection:recv_all(count) end

---Reads and checks without building strings.
---@param count? integer
---@return integer?
---@return tcpsim.Error?
function connection:discard(count) end

---Waits for urgent data: the octets up to the mark; nil at the end of the stream; nil and the error.
---@param timeout? tcpsim.Time
---@return integer?
---@return tcpsim.Error?
function connection:urgent(timeout) end

---Waits for what TCP reports by itself: "excessive retransmission", "urgent data", or an ICMP error in
---its words; nil and the error.
---@param timeout? tcpsim.Time
---@return string?
---@return tcpsim.Error?
function connection:report(timeout) end

---RFC 9293's FLUSH: throws away what was given to `send` and has not been sent; says how many octets.
---@return integer?
---@return tcpsim.Error?
function connection:flush() end

---RFC 9293's CLOSE: no more to send, reading goes on.
function connection:shutdown() end

---A socket's close: returns at once.
function connection:close() end

function connection:abort() end

---@param state tcpsim.State
---@param timeout? tcpsim.Time
---@return boolean?
---@return tcpsim.Error?
function connection:wait(state, timeout) end

---@param options tcpsim.TcpOptions
function connection:set(options) end

---RFC 9293's STATUS, and Linux's tcpi_ names.
---@return table<string, any>
function connection:info() end

---@class tcpsim.Listener: tcpsim.Connection
local listener = {}

---@param timeout? tcpsim.Time
---@return tcpsim.Connection?
---@return tcpsim.Error?
function listener:accept(timeout) end

---RFC 9293's OPEN on a passive TCB.
---@param peer tcpsim.Host
---@param port integer
function listener:connect(peer, port) end

---RFC 9293's SEND on a passive TCB.
---@param peer tcpsim.Host
---@param port integer
---@param data string|integer
function listener:send(peer, port, data) end

-- ---- faults on chosen segments ----

---@class tcpsim.Segment
---@field id string
---@field from tcpsim.Host
---@field to tcpsim.Host
---@field sport integer
---@field dport integer
---@field flags string
---@field seq integer
---@field ack integer
---@field len integer
---@field win integer
---@field urg integer
---@field options string
---@field payload string
---@field time number
---@field retransmission integer?
---@field abs_seq integer
---@field abs_ack integer
---@field tos integer

---@class tcpsim.Match
---@field from? tcpsim.Host
---@field to? tcpsim.Host
---@field on? tcpsim.Link
---@field flags? string
---@field pattern? tcpsim.Pattern
---@field absolute? boolean
---@field nth? integer|integer[]
---@field count? integer act at most so often
---@field after? tcpsim.Time
---@field before? tcpsim.Time
---@field match? fun(segment: tcpsim.Segment): boolean

---@class tcpsim.DelayMatch: tcpsim.Match
---@field by tcpsim.Time

---@class tcpsim.DuplicateMatch: tcpsim.Match
---@field copies? integer
---@field gap? tcpsim.Time

---@class tcpsim.CorruptMatch: tcpsim.Match
---@field offset? integer from the TCP header
---@field mask? integer

---@class tcpsim.RewriteMatch: tcpsim.Match
---@field with fun(segment: tcpsim.Segment)

---@class tcpsim.Rule
---@field hits integer
---@field matches integer
local rule = {}
function rule:remove() end
---Of sim.hold.
---@param options? { reverse?: boolean }
function rule:release(options) end

---@param match tcpsim.Match
---@return tcpsim.Rule
function sim.drop(match) end

---@param match tcpsim.DelayMatch
---@return tcpsim.Rule
function sim.delay(match) end

---@param match tcpsim.DuplicateMatch
---@return tcpsim.Rule
function sim.duplicate(match) end

---@param match tcpsim.CorruptMatch
---@return tcpsim.Rule
function sim.corrupt(match) end

---Kept until rule:release().
---@param match tcpsim.Match
---@return tcpsim.Rule
function sim.hold(match) end

---@param match tcpsim.RewriteMatch
---@return tcpsim.Rule
function sim.rewrite(match) end

---@param a tcpsim.Host
---@param b tcpsim.Host
---@param options? { from?: tcpsim.Time, to?: tcpsim.Time, oneway?: boolean }
function sim.partition(a, b, options) end

-- ---- forging ----

---@class tcpsim.Forged
---@field from tcpsim.Host
---@field to tcpsim.Host
---@field segment string a pattern without FROM, TO and time: "R 1:1(0)"
---@field sport? integer
---@field dport? integer
---@field absolute? boolean
---@field payload? string
---@field checksum? "bad"
---@field source? string an address to forge in the place of from's
---@field destination? string an address to forge in the place of to's

---@param forged tcpsim.Forged
function sim.inject(forged) end

---@class tcpsim.Icmp
---@field from tcpsim.Host|tcpsim.Router
---@field to? tcpsim.Host default: whose connection or segment it is about
---@field type string "host unreachable" "port unreachable" "fragmentation needed" "ttl exceeded" …
---@field mtu? integer of the next hop, with "fragmentation needed"
---@field about? tcpsim.Connection|tcpsim.Segment default: the only connection of `to`

---An ICMP error, now; it takes the links' delay, and can be lost.
---@param message tcpsim.Icmp
function sim.icmp(message) end

-- ---- checking ----

---Checks. None of these raises: each records, prints and returns true or false.
expect = {}

---@class tcpsim.ExpectOptions
---@field nth? integer
---@field after? tcpsim.Time
---@field before? tcpsim.Time
---@field within? tcpsim.Time
---@field as? "sent"|"delivered"
---@field shows? string
---@field absolute? boolean

---Every segment of the run, one pattern a line; `...` stands for any number.
---@param text string
---@param options? { between?: tcpsim.Host[], as?: "sent"|"delivered", absolute?: boolean, shows?: string }
---@return boolean
function expect.exchange(text, options) end

---@param pattern tcpsim.Pattern
---@param options? tcpsim.ExpectOptions
---@return boolean
function expect.segment(pattern, options) end

---@param pattern tcpsim.Pattern
---@param options? tcpsim.ExpectOptions
---@return boolean
function expect.no_segment(pattern, options) end

---@param pattern tcpsim.Pattern
---@param n integer
---@param options? tcpsim.ExpectOptions
---@return boolean
function expect.count(pattern, n, options) end

---The whole path of states of that side's first (or nth) connection.
---@param who tcpsim.Host|tcpsim.Connection
---@param states string
---@param options? { nth?: integer, shows?: string }
---@return boolean
function expect.states(who, states, options) end

---@param a any
---@param b any
---@param options? { shows?: string }
---@return boolean
function expect.equal(a, b, options) end

---@param value any
---@param options? { shows?: string }
---@return boolean
function expect.truthy(value, options) end

---@param a number
---@param b number
---@param tolerance number
---@param options? { shows?: string }
---@return boolean
function expect.near(a, b, tolerance, options) end

---That calling it raises an error with this text in it.
---@param action fun()
---@param text string
---@param options? { shows?: string }
---@return boolean
function expect.error(action, text, options) end

---@param time tcpsim.Time
---@param check fun()
function expect.at(time, check) end
