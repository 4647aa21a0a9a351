# What the vendor's programs of a box have in common.
package Appliance;
use strict;
use warnings;
use JSON::PP;
use Time::HiRes qw(sleep);
use Exporter 'import';
our @EXPORT = qw(ims slurp spew state links is_up ctime status_text brief_text reach log_to setting is_fmc must_be_root critical_tasks on_terminal);

sub slurp { my ($file) = @_; open(my $in, '<', $file) or return undef; local $/; my $text = <$in>; return $text }
# Whole at once: the lab may read it at any time.
sub spew {
    my ($file, $text) = @_;
    open(my $out, '>', "$file.part") or die "$file: $!\n";
    print $out $text;
    close $out;
    rename("$file.part", $file);
}
sub ims { my ($field) = @_; my $text = slurp('/etc/sf/ims.conf') // ''; return $text =~ /^$field="?([^"\n]*)/m ? $1 : '' }
sub is_fmc { return ims('MODEL') =~ /Management Center/ }
sub setting { my ($name, $otherwise) = @_; my $text = slurp("/.lab/$name.json"); return defined $text ? JSON::PP->new->utf8->allow_nonref->decode($text) : $otherwise }
sub must_be_root { return if $> == 0; print STDERR "You must be root to run this command.\n"; exit 1 }

# For the lab alone: what stood on a terminal, and what was typed there.
sub on_terminal {
    my ($text) = @_;
    open(my $log, '>>:utf8', '/.lab/terminal.log') or return;
    print $log $text;
}

# What the sftunnel process last wrote down; undef when it does not run.
sub state {
    my $text = slurp('/var/sf/run/sftunnel.status') // return undef;
    my $state = JSON::PP->new->utf8->decode($text);
    return kill(0, $state->{pid}) || $!{EPERM} ? $state : undef;
}
sub links { my $state = state(); return $state ? @{ $state->{links} } : () }
sub is_up { my ($link) = @_; return $link->{a} && $link->{b} }

# What keeps generate_certs.pl from running now.
sub critical_tasks { return (@{ setting('tasks', []) }, no_smart_agent(), apart_from_primary()) }

# With Classic licences only there is no Smart Agent to register, until Cisco TAC bypasses the check.
sub no_smart_agent { my $task = setting('classic-licence'); return $task && !setting('tac-bypass') ? ($task) : () }

# The secondary of a pair that is not in step with its primary, where the lab was told that this counts.
sub apart_from_primary {
    my $ha = setting('ha', {});
    return () unless $ha->{enabled} && $ha->{taskWhileApart} && $ha->{unit} eq 'secondary';
    my ($link) = grep { $_->{uuid} eq $ha->{otherUuid} } links();
    return () if $link && is_up($link) && is_accepted($link);
    return { name => 'HA operation', uuid => $ha->{taskUuid}, since => $link ? $link->{disconnectedAt} // $link->{attemptedAt} : 0 };
}
# Whether the set that lies here fits what the peer shows now, by a connection of its own.
sub is_accepted {
    my ($link) = @_;
    my $at = "/var/sf/peers/$link->{uuid}";
    my $check = "openssl s_client -connect $link->{ip}:8305 -tls1_2 -verify_return_error -CAfile $at/cacert.pem -cert $at/sftunnel-cert.pem -key $at/sftunnel-key.pem";
    return system("$check < /dev/null > /dev/null 2>&1") == 0;
}

sub ctime {
    my ($ms) = @_;
    my @t = gmtime($ms / 1000);
    return sprintf('%s %s %2d %02d:%02d:%02d %d', (qw(Sun Mon Tue Wed Thu Fri Sat))[ $t[6] ],
        (qw(Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec))[ $t[4] ], @t[ 3, 2, 1, 0 ], $t[5] + 1900);
}
sub since { my ($link) = @_; my ($a, $b) = map { $_->{openedAt} } @$link{qw(a b)}; return $a > $b ? $a : $b }
sub interface { return is_fmc() ? 'eth0' : 'br1' }
sub own_address { return slurp('/.lab/address') =~ s/\s+//r }

my @services = ('Identity', 'Health Events', 'RPC', 'NTP', 'IDS Events', 'Malware Lookup Service', 'CSM_CCM', 'EStreamer Events', 'UE Channel', 'FSTREAM');

sub peer_blocks {
    my ($link) = @_;
    my $if = interface();
    my $text = "\n***********************\n\n**RUN STATUS****$link->{ip}*************\n";
    for my $name (qw(A B)) {
        $text .= $link->{ lc $name }
            ? "\tCipher used = AES256-GCM-SHA384 (strength:256 bits)\n\tChannel$name Connected: Yes, Interface $if\n"
            : "\tChannel$name Connected: No\n";
    }
    $text .= "\tRegistration: Completed.\n";
    $text .= is_up($link)
        ? "\tIPv4 Connection to peer '$link->{ip}' Start Time: " . ctime(since($link)) . "\n"
        : "\tConnection to peer '$link->{ip}' Attempted at " . ctime($link->{attemptedAt}) . "\n";
    $text .= "\nPEER INFO:\n";
    return $text unless is_up($link);
    my $via = "connected to '$link->{ip}' via '" . own_address() . "'";
    $text .= "\tsw_version $link->{version}\n\tsw_build $link->{build}\n\tManagement Interfaces: 1\n\t$if (control events) $link->{ip},\n"
        . "\tPeer channel Channel-A is valid type (CONTROL), using '$if', $via\n\tPeer channel Channel-B is valid type (EVENT), using '$if', $via\n";
    $text .= "\n\tTOTAL TRANSMITTED MESSAGES <$link->{handshakes}> for $_ service\n\tRECEIVED MESSAGES <2> for $_ service\n\tSEND MESSAGES <1> for $_ service\n\tSTATE <Process messages> for $_ service\n"
        for @services;
    if ($link->{heartbeatAt}) {
        my $beat = ctime($link->{heartbeatAt});
        $text .= "\n\tHeartbeat Send Time: $beat\n\tHeartbeat Received Time: $beat\n";
    }
    return $text;
}

# The whole screen of sftunnel_status.pl; peers are asked one after another, so dead ones make it slow.
sub status_text {
    my ($chosen, $out, $err) = @_;
    my $state = state();
    if (!$state) { $err->("Could not connect to sftunnel\n"); return }
    my @links = grep { !defined $chosen || $_->{uuid} eq $chosen || $_->{ip} eq $chosen } @{ $state->{links} };
    $out->("SFTUNNEL Start Time: " . ctime($state->{startedAt}) . "\n\tBoth IPv4 and IPv6 connectivity is supported\n\tBroadcast count = 2\n\tReserved SSL connections: 0\n\tManagement Interfaces: 1\n\t"
        . interface() . ' (control events) ' . own_address() . ",\n");
    $out->(peer_blocks($_)) for @links;
    my $at = (is_fmc() ? '' : '/ngfw') . '/usr/local/sf/bin/sftunnel_status.pl';
    for my $link (@links) {
        if (is_up($link) && !setting('rpc-fails', 0)) {
            $out->("**RPC STATUS****$link->{ip}*************\n   'ip' => '$link->{ip}',\n   'ipv6' => 'IPv6 is not configured for management',\n   'uuid' => '$link->{uuid}',\n   'name' => '$link->{name}',\n   'active' => 1,\n   'reg_state' => 0,\n   'uuid_gw' => '',\n");
            next;
        }
        sleep(setting('timing', {})->{deadPeerMs} / 1000);
        $err->("$link->{uuid} did not reply at $at line 309.\nRetry rpc status poll at $at line 315.\n");
        $out->("**RPC STATUS****$link->{ip}*************\nRPC status :Failed\n" x 2);
    }
    $out->("No peers to check\n") unless @links;
}

sub brief_text {
    my $text = '';
    my $if = interface();
    for my $link (links()) {
        my $via = "connected to '$link->{ip}' via '" . own_address() . "'";
        $text .= "\nPEER:$link->{ip}\n";
        $text .= "Peer channel Channel-A is valid type (CONTROL), using '$if', $via\n" if $link->{a};
        $text .= "Peer channel Channel-B is valid type (EVENT), using '$if', $via\n" if $link->{b};
        $text .= "Registration: Completed.\n";
        if (is_up($link)) {
            $text .= "IPv4 Connection to peer '$link->{ip}' Start Time: " . ctime(since($link)) . " UTC\n";
            next unless $link->{heartbeatAt};
            my $beat = ctime($link->{heartbeatAt});
            $text .= "Heartbeat Send Time: $beat UTC\nHeartbeat Received Time: $beat UTC\n";
        } else {
            $text .= "Connection to peer '$link->{ip}' Attempted at " . ctime($link->{attemptedAt}) . " UTC\n";
            $text .= 'Last disconnect time : ' . ctime($link->{disconnectedAt}) . " UTC\nLast disconnect reason : $link->{disconnectReason}\n" if $link->{disconnectedAt};
        }
    }
    return $text;
}

# A place where the lab may hold the program, or do something to the box before it goes on.
sub reach {
    my ($place) = @_;
    my ($armed, $at) = ("/.lab/break/$place", "/.lab/break/$place.reached");
    return unless rename($armed, $at);
    sleep 0.02 while -e $at;
}

sub log_to {
    my ($file, $text) = @_;
    my @t = gmtime;
    open(my $log, '>>', $file) or return;
    binmode($log, ':utf8');
    printf $log '%04d-%02d-%02dT%02d:%02d:%02dZ %s', $t[5] + 1900, $t[4] + 1, @t[ 3, 2, 1, 0 ], $text;
}
1;
