#!/usr/bin/perl
# The appliance's own command line, as a login shell. After a syntax error the rejected text stays in the input line and has
# to be erased with Ctrl-U. It reads keys, not lines, and echoes by itself.
# `--from-fxos`, `--from-module`: entered by `connect ftd`. `--left TEXT`: with this in the line, and deaf but for Ctrl-U.
use lib '/usr/local/sf/lib';
use strict;
use warnings;
use POSIX ();
use Appliance;
use Console;
use Units;

$| = 1;
binmode(STDOUT, ':utf8');
my $prompt = "\r\n\x1bE\x1b[J\x07> ";
my ($user) = getpwuid($>);
my $home = (getpwuid($>))[7];
chdir $home;

# A dialogue that nobody foresaw. Whatever is typed is turned down until it is what the text asks for.
sub unforeseen {
    my ($place) = @_;
    my $prompt = "/.lab/prompts/$place";
    while (defined(my $text = slurp($prompt))) {
        on_terminal($text);
        print $text;
        my $answer = <STDIN> // exit 0;
        on_terminal($answer);
        my ($wanted) = $text =~ /[(\[](\w+)/;
        next unless !defined $wanted || lc($answer) =~ /^\s*\Q$wanted\E\s*$/i;
        unlink $prompt if -e "$prompt.once";
        return;
    }
}

sub show_version {
    my $name = (POSIX::uname())[1];
    my $head = ('-' x 20) . "[ $name ]" . ('-' x 21);
    return "$head\nModel                     : " . ims('MODEL') . ' (77) Version ' . ims('SWVERSION') . ' (Build ' . ims('SWBUILD') . ")\n"
        . 'UUID                      : ' . ims('APPLIANCE_UUID') . "\nRules update version      : 2024-08-18-001-vrt\nVDB version               : 399\n" . ('-' x length $head) . "\n";
}
# Registration, not the tunnel.
sub show_managers {
    my @managers = links();
    return "No managers configured.\n" unless @managers;
    return join "\n", map {
        "Type                      : Manager\nHost                      : $_->{ip}\nDisplay name              : $_->{name}\nIdentifier                : $_->{uuid}\nRegistration              : Completed\nManagement type           : Configuration\n"
    } @managers;
}
sub status { my $text = ''; status_text(undef, (sub { $text .= $_[0] }) x 2); return $text }

# CLISH itself runs as the user; a helper with the right to look does what needs root on a box.
my %commands = (
    'show version' => \&show_version,
    'show hostname' => sub { (POSIX::uname())[1] . "\n" },
    is_fmc() ? () : (
        'show managers' => \&show_managers,
        'sftunnel-status' => \&status,
        'sftunnel-status-brief' => \&brief_text,
        'show failover' => \&failover_text,
        'show high-availability config' => \&failover_text,
        'show failover state' => \&failover_state_text,
        'show cluster info' => \&cluster_text,
    ),
);

sub expert {
    unforeseen('expert');
    local $ENV{HOME} = $home;
    chdir $home;
    system('/bin/bash', '--login');
}

sub perform {
    my ($line) = @_;
    if ($line eq 'expert' && !-e '/etc/sf/expert-refused') { expert(); return 1 }
    my $command = $commands{$line} or return 0;
    show($command->());
    return 1;
}

if (@ARGV == 2 && $ARGV[0] eq '-c') {
    exit 0 if $ARGV[1] ne 'expert' && perform($ARGV[1]);
    print "Syntax error: Illegal command line\n";
    exit 1;
}

my ($from) = map { /^--from-(fxos|module)$/ ? $1 : () } @ARGV;
idle_limit(setting('idle', 0) / 1000);
if (!$from) {
    my $product = ims('MODEL') . ' v' . ims('SWVERSION') . ' (build ' . ims('SWBUILD') . ')';
    print "Successful login attempts for user '$user' : 7\n" unless is_fmc();
    print "\nCopyright 2004-2023, Cisco and/or its affiliates. All rights reserved.\nCisco is a registered trademark of Cisco Systems, Inc.\nAll other trademarks are property of their respective owners.\n\nCisco Firepower Extensible Operating System (FX-OS) v2.12.0 (build 530)\n$product\n\n";
    unforeseen('login');
}
my ($hangs, $left) = @ARGV > 1 && $ARGV[-2] eq '--left' ? (1, $ARGV[-1]) : (0, '');
while (1) {
    my $line = edit($prompt, $left, hangs => $hangs) // exit 0;
    ($left, $hangs) = ('', 0);
    $line =~ s/^\s+|\s+$//g;
    $line =~ s/\s+/ /g;
    next if $line eq '';
    exit 0 if $line eq 'exit' || $line eq 'logout';
    if ($line eq 'connect fxos' && !is_fmc()) {
        if ($from) { print "You came from FXOS Service Manager. Please enter 'exit' to go back.\n" }
        else { system('/usr/local/bin/fxos', '--from-ftd') }
        next;
    }
    next if perform($line);
    print $line =~ /^(show|system|configure)$/ ? "Syntax error: The command is not completed\n" : "Syntax error: Illegal command line\n";
    $left = $line;
}
