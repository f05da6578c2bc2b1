#!/usr/bin/perl
# The shop's `legacy` service: the one in another language, without any library for calls, retries or timeouts.
# It keeps the contract of README.md in small, with no more than Debian's perl-base has.
# One process runs the loop; each outgoing call is a child of its own, so that no call or name lookup can block it.
use strict;
use warnings;
use Errno qw(EAGAIN EWOULDBLOCK EINTR EINPROGRESS ECONNREFUSED ETIMEDOUT EHOSTUNREACH ENETUNREACH);
use IO::Handle;
use IO::Socket::INET;
use POSIX ();
use Socket qw(IPPROTO_TCP TCP_NODELAY SOL_SOCKET SO_LINGER SOCK_STREAM getaddrinfo getnameinfo NI_NUMERICHOST NI_NUMERICSERV);

# ---- settings ------------------------------------------------------------------------------------------------------
sub env { my ($name, $default) = @_; return defined $ENV{$name} && length $ENV{$name} ? $ENV{$name} : $default }

my $SERVICE = env('SERVICE', 'legacy');
my %FIXED = (
    service => $SERVICE, version => env('VERSION', 'v1'), color => env('COLOR', ''),
    pod => env('POD_NAME', env('HOSTNAME', '')), node => env('NODE_NAME', ''), namespace => env('NAMESPACE', ''),
    cluster => env('CLUSTER', ''), zone => env('ZONE', ''), lang => 'perl',
);
my $HOST = env('HOST', '0.0.0.0');
my %PORT = (app => env('APP_PORT', 8080), admin => env('ADMIN_PORT', 8081), direct => env('DIRECT_PORT', 8082));
my @UPSTREAMS = map { [split /=/, $_, 2] } grep { length } split /\s*,\s*/, env('UPSTREAMS', '');
my $TIMEOUT = env('UPSTREAM_TIMEOUT_MS', 10000) / 1000;
my $STRICT = env('STRICT', 0);
my $PROPAGATE = env('PROPAGATE', 1);
my $DRAIN = env('DRAIN_SECONDS', 3);
my $TAX_RATE = '0.19';
my $MAX_NONCES = env('MAX_NONCES', 32768);
my $MAX_HOPS = 7;
my $MAX_REQUEST = 1 << 20;
my $LAST_ANSWERS = 1;

# ---- clock ---------------------------------------------------------------------------------------------------------
# perl-base has no Time::HiRes; the system call has another number on each architecture.
my %GETTIME = (x86_64 => 228, aarch64 => 113, arm64 => 113);
my $GETTIME = $^O eq 'linux' ? $GETTIME{(POSIX::uname())[4]} : undef;
my $HIRES = !defined $GETTIME && eval { require Time::HiRes; 1 };

sub now {
    return Time::HiRes::time() if $HIRES;
    return time unless defined $GETTIME;
    my $spec = pack 'qq', 0, 0;
    return time if syscall($GETTIME, 0, $spec) != 0;
    my ($seconds, $nanos) = unpack 'qq', $spec;
    return $seconds + $nanos / 1e9;
}
sub ms_since { return raw(sprintf '%.3f', (now() - $_[0]) * 1000) }

# ---- JSON ----------------------------------------------------------------------------------------------------------
# Text is a plain scalar; numbers, booleans, null and trees are already JSON (raw).
sub raw { my $text = shift; return bless \$text, 'Raw' }
sub bool { return raw($_[0] ? 'true' : 'false') }
sub maybe { return defined $_[0] ? $_[0] : raw('null') }
sub maybe_number { return raw(defined $_[0] ? $_[0] : 'null') }

sub encode {
    my $value = shift;
    my $kind = ref $value;
    return $$value if $kind eq 'Raw';
    return '[' . join(',', map { encode($_) } @$value) . ']' if $kind eq 'ARRAY';
    return '{' . join(',', map { encode($_) . ':' . encode($value->{$_}) } sort keys %$value) . '}' if $kind eq 'HASH';
    $value =~ s/([^\x20-\x21\x23-\x5b\x5d-\x7e])/sprintf '\\u%04x', ord $1/ge;
    return "\"$value\"";
}

my %ESCAPE = (n => "\n", t => "\t", r => "\r", b => "\b", f => "\f");

# Dies on what is not JSON. Numbers and booleans come back as plain scalars, null as undef.
sub decode {
    my $text = shift;
    pos($text) = 0;
    my $value = value_at(\$text, 0);
    $text =~ /\G\s*\z/gc or die "text after the JSON value\n";
    return $value;
}

sub value_at {
    my ($text, $depth) = @_;
    die "too deep\n" if $depth > 64;
    $$text =~ /\G\s*/gc;
    return string_at($text) if $$text =~ /\G"/gc;
    return members_at($text, $depth) if $$text =~ /\G\{\s*/gc;
    return items_at($text, $depth) if $$text =~ /\G\[\s*/gc;
    return $1 if $$text =~ /\G(-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?)/gc;
    return 1 if $$text =~ /\Gtrue/gc;
    return 0 if $$text =~ /\Gfalse/gc;
    return undef if $$text =~ /\Gnull/gc;
    die "not JSON\n";
}

sub string_at {
    my $text = shift;
    $$text =~ /\G([^"\\\x00-\x1f]*+(?:\\.[^"\\\x00-\x1f]*+)*+)"/gc or die "a string without an end\n";
    my $string = $1;
    $string =~ s/\\(?:u([0-9a-fA-F]{4})|(.))/defined $1 ? unescape(hex $1) : exists $ESCAPE{$2} ? $ESCAPE{$2} : $2/ge;
    return $string;
}
sub unescape { my $text = chr shift; utf8::encode($text) if $text =~ /[^\x00-\x7f]/; return $text }

sub members_at {
    my ($text, $depth) = @_;
    my %members;
    return \%members if $$text =~ /\G\}/gc;
    while (1) {
        $$text =~ /\G\s*"/gc or die "a member without a name\n";
        my $name = string_at($text);
        $$text =~ /\G\s*:/gc or die "a member without a value\n";
        $members{$name} = value_at($text, $depth + 1);
        next if $$text =~ /\G\s*,/gc;
        return \%members if $$text =~ /\G\s*\}/gc;
        die "an object without an end\n";
    }
}

sub items_at {
    my ($text, $depth) = @_;
    my @items;
    return \@items if $$text =~ /\G\]/gc;
    while (1) {
        push @items, value_at($text, $depth + 1);
        next if $$text =~ /\G\s*,/gc;
        return \@items if $$text =~ /\G\s*\]/gc;
        die "an array without an end\n";
    }
}

# ---- headers -------------------------------------------------------------------------------------------------------
my $TRAVELS = qr/^(?:x-request-id|traceparent|tracestate|b3|baggage|x-fault|end-user|x-b3-.*|x-meshlab-.*|x-canary.*)$/;
my $SHOWN = qr/^(?:x-request-id|traceparent|via|server|host|x-fault|end-user|x-(?:meshlab|envoy|forwarded)-.*|x-canary.*)$/;
my $ANSWERED = qr/^(?:server|via|retry-after|content-type|x-envoy-.*)$/;

sub pick { my ($headers, $which) = @_; return {map { $_ => $headers->{$_} } grep { $_ =~ $which } keys %$headers} }

sub parse_headers {
    my %headers;
    for (split /\r?\n/, shift) {
        my ($name, $value) = /^([^:\s]+):\s*(.*?)\s*$/ or next;
        $name = lc $name;
        $headers{$name} = exists $headers{$name} ? "$headers{$name}, $value" : $value;
    }
    return \%headers;
}

sub whole_number { my ($headers, $name) = @_; my $text = $headers->{$name}; return defined $text && $text =~ /^\d+$/ ? $text : undef }

# ---- the loop: sockets, timers, children ---------------------------------------------------------------------------
my (%readers, %writers, %conns, @timers, $draining);

sub watch { my ($handle, $call) = @_; $readers{fileno $handle} = [$handle, $call] }
sub after { my ($seconds, $call) = @_; my $timer = {at => now() + $seconds, call => $call}; push @timers, $timer; return $timer }

sub turn {
    my $wait = 1;
    for (@timers) { my $left = $_->{at} - now(); $wait = $left < 0 ? 0 : $left if $left < $wait }
    my ($reading, $writing) = ('', '');
    vec($reading, $_, 1) = 1 for keys %readers;
    vec($writing, $_, 1) = 1 for keys %writers;
    my $ready = select $reading, $writing, undef, $wait;
    if ($ready > 0) {
        for (keys %writers) { $writers{$_}[1]->() if vec($writing, $_, 1) && $writers{$_} }
        for (keys %readers) { $readers{$_}[1]->() if vec($reading, $_, 1) && $readers{$_} }
    }
    my $now = now();
    my @due = grep { $_->{at} <= $now } @timers;
    @timers = grep { $_->{at} > $now } @timers;
    $_->{call}->() for @due;
}

sub listen_on {
    my ($port, $handler) = @_;
    my $socket = IO::Socket::INET->new(
        LocalAddr => $HOST, LocalPort => $port, Proto => 'tcp', Listen => 512, ReuseAddr => 1, Blocking => 0,
    ) or die "legacy: cannot listen on port $port: $!\n";
    watch($socket, sub { while (my $client = $socket->accept) { accepted($client, $handler) } });
    return $socket;
}

sub accepted {
    my ($socket, $handler) = @_;
    $socket->blocking(0);
    setsockopt $socket, IPPROTO_TCP, TCP_NODELAY, 1;
    my $conn = {socket => $socket, in => '', out => '', peer => $socket->peerhost || '', handler => $handler};
    $conns{fileno $socket} = $conn;
    watch($socket, sub { readable($conn) });
}

sub readable {
    my $conn = shift;
    my $got = sysread $conn->{socket}, $conn->{in}, 65536, length $conn->{in};
    if (!defined $got) { return if $! == EAGAIN || $! == EINTR; return hang_up($conn) }
    return hang_up($conn) if $got == 0;
    next_request($conn);
}

sub hang_up {
    my $conn = shift;
    return if $conn->{closed}++;
    my $number = fileno $conn->{socket};
    delete $_->{$number} for \%readers, \%writers, \%conns;
    close $conn->{socket};
    my $given_up = delete $conn->{given_up} || [];
    $_->() for @$given_up;
}

sub next_request {
    my $conn = shift;
    return if $conn->{busy} || $conn->{closed};
    my $end = index $conn->{in}, "\r\n\r\n";
    if ($end < 0) { hang_up($conn) if length $conn->{in} > 65536; return }
    my ($line, $rest) = split /\r\n/, substr($conn->{in}, 0, $end), 2;
    my ($method, $target, $minor) = $line =~ m{^([A-Z]+) (\S+) HTTP/1\.([01])$};
    my $headers = parse_headers(defined $rest ? $rest : '');
    my $length = $headers->{'content-length'} || 0;
    return refuse($conn, 400) if !defined $method || $length !~ /^\d+$/;
    return refuse($conn, 411) if $headers->{'transfer-encoding'};
    return refuse($conn, 413) if $length > $MAX_REQUEST;
    return if length $conn->{in} < $end + 4 + $length;
    my $body = substr $conn->{in}, $end + 4, $length;
    $conn->{in} = substr $conn->{in}, $end + 4 + $length;
    $conn->{busy} = 1;
    $conn->{last} = $minor == 0 || ($headers->{connection} || '') =~ /close/i;
    my ($path, $query) = split /\?/, $target =~ s{^http://[^/]*}{}r, 2;
    $conn->{handler}->($conn, {
        method => $method, path => $path || '/', query => $query || '', headers => $headers, body => $body, begun => now(),
    });
}

sub refuse { my ($conn, $status) = @_; $conn->{last} = 1; $conn->{busy} = 1; answer($conn, $status, {error => 'bad request'}) }

sub answer {
    my ($conn, $status, $body) = @_;
    return if $conn->{closed};
    delete $conn->{given_up};
    my $text = encode($body);
    $conn->{last} = 1 if $draining;
    $conn->{out} .= "HTTP/1.1 $status " . ($status < 400 ? 'OK' : 'Error') . "\r\nServer: shop\r\nContent-Type: application/json\r\n"
        . 'Content-Length: ' . length($text) . "\r\n" . ($conn->{last} ? "Connection: close\r\n" : '') . "\r\n$text";
    flush_out($conn);
}

sub flush_out {
    my $conn = shift;
    my $sent = syswrite $conn->{socket}, $conn->{out};
    return hang_up($conn) if !defined $sent && $! != EAGAIN && $! != EINTR;
    substr($conn->{out}, 0, $sent || 0) = '';
    my $number = fileno $conn->{socket};
    if (length $conn->{out}) { $writers{$number} = [$conn->{socket}, sub { flush_out($conn) }]; return }
    delete $writers{$number};
    return hang_up($conn) if $conn->{last};
    $conn->{busy} = 0;
    next_request($conn) if length $conn->{in};
}

sub reset_connection {
    my $conn = shift;
    setsockopt $conn->{socket}, SOL_SOCKET, SO_LINGER, pack 'ii', 1, 0;
    hang_up($conn);
}

# ---- outgoing calls ------------------------------------------------------------------------------------------------
# Calls back with {status, ms, error, peer, headers, body}. The deadline is the parent's: it kills the child, as it does
# when the caller for whom this is done (`conn`) hangs up.
sub fetch {
    my ($conn, $method, $url, $headers, $timeout, $done) = @_;
    my $begun = now();
    pipe my $out, my $in or return $done->(nothing('protocol', $begun));
    my $child = fork;
    return $done->(nothing('protocol', $begun)) unless defined $child;
    if (!$child) {
        $SIG{TERM} = 'DEFAULT';
        # Else a connection that the parent closes would stay open as long as this child lives.
        close $_->[0] for values %readers;
        my $answer = eval { one_call($method, $url, $headers) } || {error => $@ =~ /^(\w+)\n/ ? $1 : 'protocol'};
        binmode $in;
        my $body = delete $answer->{body};
        $answer->{ms} = ms_since($begun);
        syswrite $in, $_ for encode($answer), "\n", defined $body ? $body : '';
        POSIX::_exit(0);
    }
    close $in;
    my ($text, $finished) = ('');
    my $timer;
    my $finish = sub {
        return if $finished++;
        @timers = grep { $_ != $timer } @timers;
        undef $timer;
        delete $readers{fileno $out};
        close $out;
        kill 'KILL', $child;
        waitpid $child, 0;
        $done->(shift) unless $conn->{closed};
    };
    push @{$conn->{given_up}}, $finish;
    $timer = after($timeout, sub { $finish->(nothing('timeout', $begun)) });
    watch($out, sub {
        return if sysread $out, $text, 65536, length $text;
        my ($head, $body) = split /\n/, $text, 2;
        my $answer = defined $head && eval { decode($head) } || return $finish->(nothing('protocol', $begun));
        $finish->({%{nothing(undef, $begun)}, %$answer, ms => raw($answer->{ms}), body => defined $body ? $body : ''});
    });
}

sub nothing { my ($error, $begun) = @_; return {status => 0, ms => ms_since($begun), error => $error, headers => {}, body => ''} }

# In the child: blocking, plain. Dies with the class of the error.
sub one_call {
    my ($method, $url, $headers) = @_;
    my ($host, $port, $path) = $url =~ m{^http://([^/:]+)(?::(\d+))?(/.*)?$} or die "protocol\n";
    my ($socket, $peer) = connected($host, $port || 80);
    my %sent = (host => defined $port ? "$host:$port" : $host, %$headers, connection => 'close');
    my $request = "$method " . ($path || '/') . " HTTP/1.1\r\n" . join('', map { "$_: $sent{$_}\r\n" } sort keys %sent) . "\r\n";
    my $all = '';
    syswrite $socket, $request or die "reset\n";
    while (1) {
        my $got = sysread $socket, $all, 65536, length $all;
        die "reset\n" unless defined $got;
        last if $got == 0 || complete($all);
    }
    die "reset\n" unless length $all;
    my ($status, $head, $body) = $all =~ m{^HTTP/1\.[01] (\d{3})[^\r\n]*\r\n(.*?)\r\n\r\n(.*)$}s or die "protocol\n";
    my $received = parse_headers($head);
    my $length = $received->{'content-length'};
    die "reset\n" if defined $length && length $body < $length;
    $body = unchunk($body) if ($received->{'transfer-encoding'} || '') =~ /chunked/i;
    return {status => raw($status), peer => $peer, headers => pick($received, $ANSWERED), body => $body, error => maybe(error_of($status))};
}

sub connected {
    my ($host, $port) = @_;
    my ($problem, @found) = getaddrinfo($host, $port, {socktype => SOCK_STREAM});
    die "dns\n" if $problem || !@found;
    my $why = 0;
    for my $address (@found) {
        socket my $socket, $address->{family}, SOCK_STREAM, 0 or next;
        setsockopt $socket, IPPROTO_TCP, TCP_NODELAY, 1;
        if (!connect $socket, $address->{addr}) { $why = $! + 0; next }
        return ($socket, (getnameinfo($address->{addr}, NI_NUMERICHOST | NI_NUMERICSERV))[1]);
    }
    die "refused\n" if $why == ECONNREFUSED;
    die $why == ETIMEDOUT || $why == EHOSTUNREACH || $why == ENETUNREACH ? "timeout\n" : "reset\n";
}

sub complete {
    my ($head, $body) = split /\r\n\r\n/, shift, 2;
    return 0 unless defined $body;
    return length $body >= $1 if $head =~ /^content-length:\s*(\d+)/im;
    return $head =~ /^transfer-encoding:.*chunked/im && $body =~ /(?:^|\n)0\r\n\r\n\z/;
}

sub unchunk {
    my ($text, $body) = (shift, '');
    while ($text =~ s/^([0-9a-fA-F]+)[^\r\n]*\r\n//) {
        my $size = hex $1;
        return $body if $size == 0;
        die "reset\n" if length $text < $size + 2;
        $body .= substr $text, 0, $size + 2, '';
        substr($body, -2) = '';
    }
    die "reset\n";
}

sub error_of { my $status = shift; return $status >= 500 ? 'http_5xx' : $status >= 400 ? 'http_4xx' : undef }

# The call tree in an answer, if it is one: a proxy's own answer is not.
sub tree_of {
    my $tree = $_[0]{body} =~ /^\{/ && eval { decode($_[0]{body}) };
    return raw($tree && exists $tree->{service} ? $_[0]{body} : 'null');
}

# ---- faults and counters -------------------------------------------------------------------------------------------
my $NO_FAULT = {latency_ms => 0, error_rate => undef, status => undef, hang => 0, reset => 0, only_path => undef};
my %fault = %$NO_FAULT;
my (%nonces, @nonce_order, %statuses);
my ($received, $direct, $forgotten) = (0, 0, 0);
my $started = now();

sub count {
    my ($nonce, $is_direct) = @_;
    if ($is_direct) { $direct++; return }
    $received++;
    return unless defined $nonce && length $nonce;
    push @nonce_order, $nonce unless $nonces{$nonce}++;
    if (@nonce_order > $MAX_NONCES) { delete $nonces{shift @nonce_order}; $forgotten++ }
}

sub draw {
    my $request = shift;
    my ($delay, $status, $hang, $reset) = (0, undef, 0, 0);
    if (!defined $fault{only_path} || $fault{only_path} eq $request->{path}) {
        $delay = $fault{latency_ms};
        if (rand() < (defined $fault{error_rate} ? $fault{error_rate} : 1)) {
            ($status, $hang, $reset) = @fault{qw(status hang reset)};
            $status = 500 if !defined $status && $fault{error_rate} && !$hang && !$reset;
        }
    }
    for (split /,/, $request->{headers}{'x-fault'} || '') {
        my ($name, @options) = map { s/^\s+|\s+$//gr } split /;/;
        next unless defined $name && $name eq $SERVICE;
        my %option = map { /^([^=]*)=?(.*)$/ ? ($1 => $2) : () } @options;
        my ($pct, $wait, $code) = map { ($option{$_} // '') =~ /^(\d+(?:\.\d+)?)$/ ? $1 : undef } qw(pct delay status);
        next if exists $option{pct} && rand() * 100 >= ($pct || 0);
        $delay += $wait if $wait;
        $status = $code if $code && $code >= 200 && $code <= 599;
        $hang ||= exists $option{hang};
        $reset ||= exists $option{reset};
    }
    return {delay => $delay / 1000, status => $status, hang => $hang, reset => $reset};
}

sub read_fault {
    my $body = shift;
    my @unknown = grep { !exists $NO_FAULT->{$_} } sort keys %$body;
    die "unknown fields: @unknown\n" if @unknown;
    my %new = (%$NO_FAULT, map { $_ => $body->{$_} } grep { defined $body->{$_} } keys %$body);
    my $number = qr/^\d+(?:\.\d+)?$/;
    die "latency_ms must be a number of milliseconds, 0 or more\n" unless $new{latency_ms} =~ $number;
    die "error_rate must be between 0 and 1\n" if defined $new{error_rate} && !($new{error_rate} =~ $number && $new{error_rate} <= 1);
    die "status must be an HTTP status from 200 to 599\n" if defined $new{status} && $new{status} !~ /^[2-5]\d\d$/;
    return %new;
}

sub show_fault {
    return {
        latency_ms => raw($fault{latency_ms}), error_rate => maybe_number($fault{error_rate}),
        status => maybe_number($fault{status}), hang => bool($fault{hang}), reset => bool($fault{reset}),
        only_path => maybe($fault{only_path}),
    };
}

# ---- the application -----------------------------------------------------------------------------------------------
sub application {
    my $is_direct = shift;
    my $port = $is_direct ? $PORT{direct} : $PORT{app};
    return sub {
        my ($conn, $request) = @_;
        count($request->{headers}{'x-meshlab-nonce'}, $is_direct);
        my $hops = whole_number($request->{headers}, 'x-meshlab-hops') || 0;
        my $drawn = $hops > $MAX_HOPS ? {delay => 0, status => 508} : draw($request);
        $conn->{given_up} = [sub { note($conn, $request, $port, $drawn->{reset} ? 0 : 499) }];
        my $go = sub {
            return if $conn->{closed} || $drawn->{hang};
            return reset_connection($conn) if $drawn->{reset};
            return finish($conn, $request, $port, $drawn->{status}, []) if $drawn->{status};
            call_upstreams($conn, $request, $hops, sub { finish($conn, $request, $port, undef, shift) });
        };
        $drawn->{delay} ? after($drawn->{delay}, $go) : $go->();
    };
}

sub call_upstreams {
    my ($conn, $request, $hops, $done) = @_;
    my $depth = whole_number($request->{headers}, 'x-meshlab-depth');
    return $done->([]) if !@UPSTREAMS || (defined $depth && $depth == 0);
    my $passed = $PROPAGATE ? pick($request->{headers}, $TRAVELS) : {};
    $passed->{'x-meshlab-hops'} = $hops + 1;
    $passed->{'x-meshlab-depth'} = $depth - 1 if defined $depth;
    my @results = map { undef } @UPSTREAMS;
    my $left = @UPSTREAMS;
    for my $i (0 .. $#UPSTREAMS) {
        my ($name, $url) = @{$UPSTREAMS[$i]};
        fetch($conn, 'GET', $url, $passed, $TIMEOUT, sub {
            my $got = shift;
            $results[$i] = {
                name => $name, url => $url, status => raw($got->{status}), ms => $got->{ms}, attempts => raw(1),
                error => maybe($got->{error}), peer => maybe($got->{peer}), response_headers => $got->{headers},
                tree => tree_of($got),
            };
            $done->(\@results) unless --$left;
        });
    }
}

sub finish {
    my ($conn, $request, $port, $status, $upstreams) = @_;
    my $failed = grep { ref $_->{error} ne 'Raw' } @$upstreams;
    $status ||= $STRICT && $failed ? 502 : 200;
    note($conn, $request, $port, $status);
    answer($conn, $status, {
        %FIXED, peer => $conn->{peer}, port => raw($port), method => $request->{method}, path => $request->{path},
        headers => pick($request->{headers}, $SHOWN), status => raw($status), ms => ms_since($request->{begun}),
        rate => raw($TAX_RATE), upstreams => $upstreams,
    });
}

sub note {
    my ($conn, $request, $port, $status) = @_;
    $statuses{$status}++;
    my $line = encode({
        t => raw(sprintf '%.3f', now()), service => $SERVICE, pod => $FIXED{pod}, nonce => maybe($request->{headers}{'x-meshlab-nonce'}),
        path => $request->{path}, status => raw($status), ms => ms_since($request->{begun}), peer => $conn->{peer}, port => raw($port),
    });
    print "$line\n";
}

# ---- admin ---------------------------------------------------------------------------------------------------------
sub counters {
    my $request = shift;
    if ($request->{query} =~ /(?:^|&)nonce=([^&]*)/) {
        my $nonce = $1 =~ s/%([0-9a-fA-F]{2})/chr hex $1/ger;
        return {nonce => $nonce, received => raw($nonces{$nonce} || 0), forgotten => raw($forgotten)};
    }
    return {
        received => raw($received), direct => raw($direct), nonces => raw(scalar keys %nonces), forgotten => raw($forgotten),
        by_status => {map { $_ => raw($statuses{$_}) } keys %statuses},
    };
}

sub origin { return {map { $_ => $FIXED{$_} } qw(service version pod node namespace)} }

# POST /call: url, method, headers, timeout_ms, n, nonce, nonce_each, tree. One after the other, each on a new connection.
sub call {
    my ($conn, $spec) = @_;
    my ($n, $timeout) = ($spec->{n} || 1, ($spec->{timeout_ms} || 5000) / 1000);
    die "url must begin with http://\n" unless ($spec->{url} || '') =~ m{^http://};
    die "n must be a number from 1 to 5000\n" unless $n =~ /^\d+$/ && $n <= 5000;
    my ($limit, @results) = (now() + 60);
    my $next;
    $next = sub {
        if (@results >= $n || now() >= $limit) {
            undef $next;
            return answer($conn, 200, {from => origin(), complete => bool(@results == $n), results => \@results});
        }
        my ($i, $t) = (scalar @results, now());
        my $nonce = $spec->{nonce};
        $nonce .= "-$i" if defined $nonce && $spec->{nonce_each} && $n > 1;
        my $headers = {map { lc $_ => $spec->{headers}{$_} } keys %{$spec->{headers} || {}}};
        $headers->{'x-meshlab-nonce'} = $nonce if defined $nonce;
        fetch($conn, $spec->{method} || 'GET', $spec->{url}, $headers, $timeout, sub { push @results, result($i, $t, $nonce, $spec, shift); $next->() });
    };
    $next->();
}

sub result {
    my ($i, $t, $nonce, $spec, $got) = @_;
    my $tree = tree_of($got);
    return {
        i => raw($i), t => raw(sprintf '%.3f', $t), nonce => maybe($nonce), status => raw($got->{status}), ms => $got->{ms},
        error => maybe($got->{error}), headers => $got->{headers}, peer => maybe($got->{peer}),
        !exists $spec->{tree} || $spec->{tree} ? (tree => $tree) : (),
        $$tree eq 'null' && length $got->{body} ? (body => substr $got->{body}, 0, 200) : (),
    };
}

my %ADMIN = (
    'GET /healthz' => sub { answer($_[0], 200, {ok => bool(1)}) },
    'GET /readyz' => sub { answer($_[0], $draining ? 503 : 200, {ready => bool(!$draining), why => maybe($draining && 'shutting down')}) },
    'GET /info' => sub {
        answer($_[0], 200, {
            %{origin()}, role => 'service', started => raw(sprintf '%.3f', $started), image_content => maybe(env('IMAGE_CONTENT', undef)),
            map { $_ => $FIXED{$_} } qw(color cluster zone lang),
        });
    },
    'GET /fault' => sub { answer($_[0], 200, show_fault()) },
    'POST /fault' => sub { %fault = read_fault(object($_[1])); answer($_[0], 200, show_fault()) },
    'DELETE /fault' => sub { %fault = %$NO_FAULT; answer($_[0], 200, show_fault()) },
    'GET /counters' => sub { answer($_[0], 200, counters($_[1])) },
    'POST /call' => sub { call($_[0], object($_[1])) },
);

sub object {
    my $body = eval { decode($_[0]{body}) };
    die "the body must be a JSON object\n" unless ref $body eq 'HASH';
    return $body;
}

sub admin {
    my ($conn, $request) = @_;
    my $handler = $ADMIN{"$request->{method} $request->{path}"} or return answer($conn, 404, {error => 'no such path'});
    eval { $handler->($conn, $request); 1 } or answer($conn, 400, {error => $@ =~ s/\n\z//r});
}

# ---- life ----------------------------------------------------------------------------------------------------------
$SIG{PIPE} = 'IGNORE';
my $told = 0;
$SIG{TERM} = $SIG{INT} = sub { $told = 1 };
STDOUT->autoflush(1);
my @listeners = (
    listen_on($PORT{admin}, \&admin), listen_on($PORT{app}, application(0)), listen_on($PORT{direct}, application(1)),
);
turn() until $told;
$draining = 1;
my $end = now() + $DRAIN;
turn() while now() < $end;
for (@listeners) { delete $readers{fileno $_}; close $_ }
$end = now() + $LAST_ANSWERS;
turn() while now() < $end && grep { $_->{busy} } values %conns;
exit 0;
