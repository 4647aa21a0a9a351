#!/usr/bin/perl
use lib '/usr/local/sf/lib';
use strict;
use warnings;
use Appliance;
use Time::HiRes qw(sleep time);

must_be_root();
my ($verb, $id) = map { lc } @ARGV;
$verb //= '';

sub record {
    my ($name, $pid, $command) = @_;
    my $standing = defined $pid ? "Running $pid" : 'User Disabled';
    print "$name (normal) - $standing\nCommand: $command\nPID File: /var/sf/run/$name.pid\nEnable File: /etc/sf/$name.run\nCPU Affinity: \nPriority: 0\nNext start: \nStop Timeout: 300\nRequires: mysqld\nCGroups: \n";
}
my $pid = slurp('/.lab/sftunnel.pid');
chomp $pid if defined $pid;
if ($verb eq 'status') {
    print "Received status (0):\n";
    record('adi', 6209, '/usr/local/sf/bin/adi');
    record('sftunnel', $pid, '/usr/local/sf/bin/sftunnel -d -f /etc/sf/sftunnel.conf');
    record('sfmgr', 5120, '/usr/local/sf/bin/sfmgr -d -f /etc/sf/sfmgr.conf');
    exit 0;
}
if (($id // '') ne 'sftunnel') { print STDERR 'Invalid id: ', $id // '', "\n"; exit 1 }
my $stopped = '/.lab/stopped/sftunnel';
if ($verb eq 'restartbyid') {
    open(my $log, '>>', '/.lab/sftunnel-restarts');
    printf $log "%d\n", time * 1000;
    close $log;
    unlink $stopped;
    kill('KILL', $pid) if defined $pid;
} elsif ($verb eq 'disablebyid') {
    spew($stopped, '');
    kill('KILL', $pid) if defined $pid;
} elsif ($verb eq 'enablebyid') {
    unlink $stopped;
} else {
    print STDERR "Unknown command: $verb\n";
    exit 1;
}
