# `show failover` and `show cluster info`. An FTD passes these on to the ASA within it; the layouts are the ASA's, which is
# what its documentation shows, and that an FTD shows the same is our belief.
package Units;
use lib '/usr/local/sf/lib';
use strict;
use warnings;
use Appliance;
use POSIX qw(strftime);
use Exporter 'import';
our @EXPORT = qw(failover_text failover_state_text cluster_text);

my $release = '9.16(3)15';
my %states = (active => 'Active', standby => 'Standby Ready', failed => 'Failed');
sub stamp { my ($ms) = @_; return defined $ms ? strftime('%T UTC %b %e %Y', gmtime $ms / 1000) : 'N/A' }
sub other_name { return $_[0] eq 'primary' ? 'Secondary' : 'Primary' }

sub host {
    my ($which, $unit) = @_;
    my $is_well = $unit->{state} ne 'failed';
    my $seconds = $unit->{state} eq 'active' ? int(time - $unit->{since} / 1000) : 0;
    my $health = $is_well ? 'Normal' : 'Unknown';
    return "\t$which host: " . ucfirst($unit->{unit}) . " - $states{$unit->{state}} \n\t\tActive time: $seconds (sec)\n"
        . "\t\tslot 0: FPR-2110 hw/sw rev (49.46/$release) status (" . ($is_well ? 'Up Sys' : 'Unknown/Unknown') . ")\n"
        . "\t\t  Interface outside (203.0.113.1): $health (Monitored)\n\t\t  Interface inside (192.0.2.1): $health (Monitored)\n\t\t  Interface diagnostic (0.0.0.0): $health (Waiting)\n"
        . "\t\tslot 1: snort rev (1.0)  status (up)\n\t\tslot 2: diskstatus rev (1.0)  status (up)\n";
}

my $timers = "Reconnect timeout 0:00:00\nUnit Poll frequency 1 seconds, holdtime 15 seconds\nInterface Poll frequency 5 seconds, holdtime 25 seconds\nInterface Policy 1\n";

sub failover_text {
    my $pair = setting('failover') or return "Failover Off \nFailover unit Secondary\nFailover LAN Interface: not Configured\n${timers}Monitored Interfaces 2 of 1293 maximum\nMAC Address Move Notification Interval not set\n";
    my ($own, $mate) = @$pair{qw(own mate)};
    my ($last) = sort { $b <=> $a } map { $_->{since} } grep { defined } $own, $mate;
    my $text = "Failover On \nFailover unit " . ucfirst($own->{unit}) . "\nFailover LAN Interface: folink Ethernet1/8 (up)\n${timers}Monitored Interfaces 2 of 1293 maximum\nMAC Address Move Notification Interval not set\nfailover replication http\n"
        . "Version: Ours $release, Mate " . ($mate ? $release : 'Unknown') . "\nSerial Number: Ours $own->{serial}, Mate " . ($mate ? $mate->{serial} : 'Unknown') . "\nLast Failover at: " . stamp($last) . "\n"
        . host('This', $own) . ($mate ? host('Other', $mate) : "\tOther host: " . other_name($own->{unit}) . " - Not Detected \n")
        . "\nStateful Failover Logical Update Statistics\n\tLink : folink Ethernet1/8 (up)\n\tStateful Obj \txmit       xerr       rcv        rerr      \n";
    $text .= sprintf "\t%-14s\t%-10d 0          %-10d 0         \n", $_, 4711, 1174
        for 'General', 'sys cmd', 'up time', 'RPC services', 'TCP conn', 'UDP conn', 'ARP tbl', 'Xlate_Timeout', 'IPv6 ND tbl', 'SIP Session', 'Router ID', 'User-Identity', 'CTS SGTNAME', 'Rule DB B-Sync', 'Umbrella-device-ids';
    return "$text\n\tLogical Update Queue Information\n\t  \t\tCur \tMax \tTotal\n\tRecv Q: \t0 \t9 \t4711\n\tXmit Q: \t0 \t1 \t8150\n";
}

sub failover_state_text {
    my $head = "\n               State          Last Failure Reason      Date/Time\n";
    my $pair = setting('failover') or return "${head}This host  -   Secondary\n               Disabled       None\n";
    my ($own, $mate) = @$pair{qw(own mate)};
    my $row = sub {
        my ($unit) = @_;
        return sprintf "               %-15s%s\n", $states{ $unit->{state} }, $unit->{state} eq 'failed' ? 'Comm Failure             ' . stamp($unit->{since}) : 'None';
    };
    return "${head}This host  -   " . ucfirst($own->{unit}) . "\n" . $row->($own) . 'Other host -   '
        . ($mate ? ucfirst($mate->{unit}) . "\n" . $row->($mate) : other_name($own->{unit}) . "\n               Not Detected   None\n")
        . "\n====Configuration State===\n\tSync Done\n====Communication State===\n\tMac set\n\n";
}

sub cluster_text {
    my $cluster = setting('cluster') or return "Clustering is not configured\n";
    my ($control, $data) = @{ setting('cluster-words') };
    my @units = @{ $cluster->{units} };
    my ($own) = grep { $_->{unit} eq $cluster->{own} } @units;
    my $state = sub { return !$_[0]{joined} ? 'DISABLED' : $_[0]{role} eq 'control' ? $control : $data };
    my $details = sub {
        my ($unit) = @_;
        my ($n) = grep { $units[$_]{unit} eq $unit->{unit} } 0 .. $#units;
        my ($chassis, $module) = $unit->{unit} =~ /(\d+)-(\d+)$/ ? ($1, $2) : ($n + 1, 1);
        my @rows = ([ 'ID', $n ], [ 'Site ID', 1 ], [ 'Version', $release ], [ 'Serial No.', $unit->{serial} ], [ 'CCL IP', "127.2.$chassis.$module" ], [ 'CCL MAC', sprintf '0015.c500.%02x8f', $n ],
            [ 'Module', 'FPR4K-SM-24' ], [ 'Resource', '20 cores / 44018 MB RAM' ], [ 'Last join', stamp($unit->{joinedAt}) ], [ 'Last leave', stamp($unit->{leftAt}) ]);
        return join '', map { sprintf "        %-10s: %s\n", @$_ } @rows;
    };
    my @others = $own->{joined} ? grep { $_->{joined} && $_->{unit} ne $own->{unit} } @units : ();
    return "Cluster $cluster->{group}: " . ($own->{joined} ? 'On' : 'Off') . "\n    Interface mode: spanned\n    Cluster Member Limit : 16\n    This is \"$own->{unit}\" in state " . $state->($own) . "\n" . $details->($own)
        . "Other members in the cluster:\n"
        . (@others ? join('', map { "    Unit \"$_->{unit}\" in state " . $state->($_) . "\n" . $details->($_) } @others) : "    There is no other unit in the cluster\n");
}
1;
